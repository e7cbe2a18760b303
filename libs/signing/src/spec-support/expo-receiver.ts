import crypto from 'crypto';
import type { ReceivedAnswer, ReceivedRequest } from './received.js';

/** The receiver that Expo documents for build webhooks; what stands between the marks is theirs to the letter. */
export function expoReceiver(secret: string): (req: ReceivedRequest) => ReceivedAnswer {
  const process = { env: { SECRET_WEBHOOK_KEY: secret } };
  return (req) => {
    const res = new Response();
    // <expo>
    const expoSignature = req.headers['expo-signature'];
    // process.env.SECRET_WEBHOOK_KEY has to match <webhook-secret> value set with `expo webhooks:add ...` command
    const hmac = crypto.createHmac('sha1', process.env.SECRET_WEBHOOK_KEY);
    hmac.update(req.body);
    const hash = `sha1=${hmac.digest('hex')}`;
    if (!safeCompare(expoSignature, hash)) {
      res.status(500).send("Signatures didn't match!");
    } else {
      // do something here, like send a notification to Slack!
      res.send('OK!');
    }
    // </expo>
    return res.answer;
  };
}

/** As the package safe-compare does it, which is not installed. */
function safeCompare(a: string | undefined, b: string): boolean {
  const [one, other] = [Buffer.from(String(a)), Buffer.from(b)];
  return one.length === other.length && crypto.timingSafeEqual(one, other);
}

/** As much of Express as the receiver needs. */
class Response {
  answer: ReceivedAnswer = { statusCode: 200, body: '' };

  status(statusCode: number): this {
    this.answer.statusCode = statusCode;
    return this;
  }

  send(body: string): void {
    this.answer.body = body;
  }
}
