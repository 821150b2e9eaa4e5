// Keeping secrets out of texts that others will read.

/** Shorter ones would blank out half of a text by chance. */
const SHORTEST = 4;

/** Replaces every occurrence of the known secrets. */
export class Redaction {
  readonly #secrets = new Set<string>();

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.add(secret);
  }

  /** Throws TypeError for what is no text or too short to be told from other text. */
  add(secret: string): void {
    if (typeof secret !== "string" || secret.length < SHORTEST)
      throw new TypeError(`a secret is a text of at least ${SHORTEST} characters`);
    this.#secrets.add(secret);
  }

  apply(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) if (clean.includes(secret)) clean = clean.replaceAll(secret, "***");
    return clean;
  }
}
