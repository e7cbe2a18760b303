export { render } from './registry.js';
export type { Renderer, Rendering, RenderingContext } from './rendering.js';
