/** What an endpoint answered: the status line, the headers as they came, and the body or as much of it as was read. */
export interface EndpointAnswer {
  statusCode: number;
  headers: readonly (readonly [name: string, value: string])[];
  body: Buffer;
}

/** Every value of a header, whatever its casing. */
export function headerValues({ headers }: Pick<EndpointAnswer, 'headers'>, name: string): string[] {
  return headers.filter(([header]) => header.toLowerCase() === name).map(([, value]) => value);
}
