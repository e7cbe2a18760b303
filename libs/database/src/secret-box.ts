import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const MIN_KEY_LENGTH = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** SECRETS_KEY cannot be used; the message never holds it. */
export class InvalidSecretsKeyError extends Error {
  override readonly name = 'InvalidSecretsKeyError';
  readonly code = 'secret.invalid_key';
}

/** A sealed secret does not open: its key is not among ours, or it was changed or moved. */
export class SecretNotReadableError extends Error {
  override readonly name = 'SecretNotReadableError';
  readonly code = 'secret.not_readable';
}

export interface Sealed {
  /** Which of the keys sealed it. */
  keyId: string;
  /** Nonce, ciphertext, tag. */
  sealed: Buffer;
}

interface Key {
  id: string;
  bytes: Buffer;
}

/**
 * Secrets at rest: AES-256-GCM. Takes the value of SECRETS_KEY, a list of `[id:]value` joined by commas; a value is any
 * text of 32 characters or more. The first seals, all open, so a key is replaced by putting a new one before it.
 */
export class SecretBox {
  private readonly keys: Map<string, Key>;
  private readonly first: Key;

  constructor(secretsKey: string) {
    const keys = secretsKey.split(',').map((text) => keyOf(text.trim()));
    const [first] = keys;
    if (first === undefined) throw new InvalidSecretsKeyError('SECRETS_KEY is empty');
    this.first = first;
    this.keys = new Map(keys.map((key) => [key.id, key]));
    if (this.keys.size < keys.length) throw new InvalidSecretsKeyError('SECRETS_KEY names a key twice');
  }

  /** The context, such as whose secret it is, is not stored: opening needs the very same. */
  seal(plain: Buffer, context: string): Sealed {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.first.bytes, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(context));
    return { keyId: this.first.id, sealed: Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]) };
  }

  /** Throws a {@link SecretNotReadableError}. */
  open(sealed: Buffer, keyId: string, context: string): Buffer {
    const key = this.keys.get(keyId);
    if (key === undefined) throw new SecretNotReadableError(`the key ${keyId} is not in SECRETS_KEY`);
    try {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(context));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new SecretNotReadableError(`a secret sealed with the key ${keyId} does not open`, { cause });
    }
  }
}

function keyOf(text: string): Key {
  const [, id, value = ''] = /^(?:([A-Za-z0-9_-]{1,32}):)?(.*)$/s.exec(text) ?? [];
  if (value.length < MIN_KEY_LENGTH) throw new InvalidSecretsKeyError(`each key of SECRETS_KEY has at least ${MIN_KEY_LENGTH} characters`);
  const bytes = Buffer.from(hkdfSync('sha256', value, '', 'buildwire secrets at rest', 32));
  return { id: id ?? createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}
