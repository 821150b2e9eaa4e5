// Makes a failing text shorter: cuts pieces out of it, ever smaller ones, as long as it fails.

/** The shortest text found for which `fails` still holds; gives up after `budget` milliseconds. */
export function minimize(text: string, fails: (text: string) => boolean, budget = 20_000): string {
  const end = Date.now() + budget;
  let size = Math.ceil(text.length / 2);
  while (size >= 1 && Date.now() < end) {
    let shortened = false;
    for (let at = 0; at < text.length && Date.now() < end; ) {
      const candidate = text.slice(0, at) + text.slice(at + size);
      if (candidate.length < text.length && fails(candidate)) {
        text = candidate;
        shortened = true;
      } else {
        at += size;
      }
    }
    if (!shortened || size > text.length) size = Math.floor(size / 2);
  }
  return text;
}
