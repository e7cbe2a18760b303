import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ProblemError } from '@buildwire/contracts';
import { openApiDocument } from '@buildwire/service-runtime';
import { Controller, Get, Header, Param, StreamableFile } from '@nestjs/common';

const VERSION = '0.1.0';
const SWAGGER_UI = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const CONTENT_TYPES: Record<string, string> = { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript' };
const CSP = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Buildwire API</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="reference"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`;
const START = "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true, persistAuthorization: true });\n";

/** The reference of the public API, for people at `/docs` and for tools at `/openapi.json`. */
@Controller()
export class ApiReferenceController {
  private readonly document = JSON.stringify(openApiDocument(VERSION));

  @Get('openapi.json')
  @Header('content-type', 'application/json')
  openApi(): string {
    return this.document;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', CSP)
  page(): string {
    return PAGE;
  }

  @Get('docs/start.js')
  @Header('content-type', 'text/javascript')
  start(): string {
    return START;
  }

  @Get('docs/:file')
  asset(@Param('file') file: string): StreamableFile {
    const type = CONTENT_TYPES[file];
    if (type === undefined) throw new ProblemError('not_found', 'no such route');
    return new StreamableFile(createReadStream(join(SWAGGER_UI, file)), { type });
  }
}
