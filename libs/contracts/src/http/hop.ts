/** On every request to an address of a customer. Our own API refuses requests that have it, so that no event goes round in circles. */
export const HOP_HEADER = 'webhook-hop';
