// Whether a text is a well-formed XML document, as far as our drawings use XML.

const TOKEN =
  /<\?[^?]*\?>|<!--[\s\S]*?-->|<\/([A-Za-z][\w:-]*)\s*>|<([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<&]*(?:&(?:\w+|#\d+);[^"<&]*)*")*)\s*(\/?)>|([^<]+)/gy;
const BAD_TEXT =
  /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)|[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/iu;

/** What is wrong first; null for a well-formed document. */
export function xmlProblem(text: string): string | null {
  const open: string[] = [];
  let roots = 0;
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    if (match === null) return `no markup at ${at}: ${text.slice(at, at + 60)}`;
    const [whole, closed, opened, attributes = "", empty, between] = match;
    if (BAD_TEXT.test(whole)) return `character at ${at}: ${whole.slice(0, 60)}`;
    if (closed !== undefined && open.pop() !== closed) return `</${closed}> at ${at} closes nothing`;
    if (between !== undefined && open.length === 0 && between.trim() !== "") return `text outside at ${at}`;
    if (opened === undefined) continue;
    const names = [...attributes.matchAll(/([\w:-]+)="/g)].map(([, name]) => name);
    if (new Set(names).size < names.length) return `two attributes of one name at ${at}`;
    if (open.length === 0) roots++;
    if (empty === "") open.push(opened);
  }
  if (open.length > 0) return `<${open.at(-1)}> is not closed`;
  return roots === 1 ? null : `${roots} roots`;
}
