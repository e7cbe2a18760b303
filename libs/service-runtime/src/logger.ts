import type { LoggerService } from '@nestjs/common';
import pino from 'pino';

/** Nest's logger over pino: JSON lines on standard error, so that standard output stays for people and scripts. */
export class JsonLogger implements LoggerService {
  private readonly pino: pino.Logger;

  constructor(service: string, level: string) {
    this.pino = pino({ level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }));
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.pino.info(this.fieldsOf(rest), String(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.pino.warn(this.fieldsOf(rest), String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.pino.error(this.fieldsOf(rest), String(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.pino.debug(this.fieldsOf(rest), String(message));
  }

  /** Nest passes the context last, and for errors the stack before it. */
  private fieldsOf(rest: unknown[]): Record<string, unknown> {
    const texts = rest.filter((part): part is string => typeof part === 'string');
    const context = texts.at(-1);
    const stack = texts.length > 1 ? texts[0] : undefined;
    return { ...(context === undefined ? {} : { context }), ...(stack === undefined ? {} : { stack }) };
  }
}
