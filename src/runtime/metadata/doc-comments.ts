// Doc-comments of functions as Rhai lists them.

/** Text of the host's own becomes `///` lines; what is written as comments stays. */
export function commentsOfDoc(doc: string): string[] {
  if (doc === "") return [];
  if (/^\s*(\/\/\/|\/\*\*)/.test(doc)) return [doc];
  return [
    doc
      .split("\n")
      .map((line) => (line === "" ? "///" : `/// ${line}`))
      .join("\n"),
  ];
}

/** Comments of one line each are put together; comments of several lines stand alone. */
export function groupedComments(comments: readonly string[]): string[] {
  const groups: string[] = [];
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) groups.push(lines.join("\n"));
    lines = [];
  };
  for (const comment of comments) {
    if (!comment.includes("\n")) {
      lines.push(comment);
      continue;
    }
    flush();
    groups.push(comment);
  }
  flush();
  return groups;
}
