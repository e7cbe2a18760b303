import crypto from "node:crypto";
import type { ReceivedRequest } from './received.js';

/** The verification that Capawesome documents; what stands between the marks is theirs to the letter but for the secret's place. */
export function capawesomeReceiver(secret: string): (request: ReceivedRequest) => void {
  return (request) => {
    // <capawesome>
    const hmac = crypto.createHmac("sha256", secret);
    const digest = Buffer.from(
      hmac.update(request.rawBody).digest("hex"),
      "utf8"
    );
    const signature = Buffer.from(request.get("X-Signature") || "", "utf8");

    if (!crypto.timingSafeEqual(digest, signature)) {
      throw new Error("Invalid signature.");
    }
    // </capawesome>
  };
}
