export { render } from './registry.js';
export type { Renderer, Rendering } from './rendering.js';
