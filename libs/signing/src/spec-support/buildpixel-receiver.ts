import crypto from "node:crypto";
import type { ReceivedRequest } from './received.js';

/** The verification that BuildPixel documents, to the letter but for the types. */
export function verifySignature(req: ReceivedRequest, secret: string): boolean {
  const sig = req.headers["x-buildpixel-signature"];
  if (!sig?.startsWith("sha256=")) return false;
  const expected = "sha256=" + crypto
    .createHmac("sha256", secret)
    .update(req.rawBody)
    .digest("hex");
  return crypto.timingSafeEqual(Buffer.from(sig), Buffer.from(expected));
}
