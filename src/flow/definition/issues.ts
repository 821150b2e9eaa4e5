// What is wrong with a definition, and where: file, line and step.

import { FlowError } from "../errors.ts";

/** From the flow down to a value: `["steps", 2, "when"]`. */
export type DefinitionPath = readonly (string | number)[];

/** A place in the text that a definition was made of. */
export interface Place {
  readonly file: string | null;
  /** 1-based; null when only the file is known. */
  readonly line: number | null;
  readonly column: number | null;
  /** Line inside of a text that stands there, where its lines are not those of the file. */
  readonly textLine?: number;
}

/** Finds the place of a value; `within` is a line and column (1-based) inside of it, for values that are code. */
export type Locate = (path: DefinitionPath, within?: TextPlace) => Place | null;

export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

export interface DefinitionIssue {
  readonly message: string;
  /** Name of the step it is about; of nested flows with the names of the steps that hold them, `outer/inner`. */
  readonly step: string | null;
  readonly path: DefinitionPath;
  readonly place: Place | null;
}

/** Thrown when something is no valid flow, with everything that is wrong with it. */
export class FlowDefinitionError extends FlowError {
  override readonly name = "FlowDefinitionError";
  readonly issues: readonly DefinitionIssue[];

  constructor(issues: readonly DefinitionIssue[]) {
    const texts = issues.map(issueText);
    super("definition", texts.length === 1 ? texts[0] : `\n${texts.map((text) => `  ${text}`).join("\n")}`);
    this.issues = issues;
  }
}

/** `flow.yaml:12:5: step 'pay': message` */
export function issueText({ message, step, place }: DefinitionIssue): string {
  const where = placeText(place);
  const subject = step === null ? "" : `step '${step}': `;
  return `${where === "" ? "" : `${where}: `}${subject}${message}`;
}

function placeText(place: Place | null): string {
  if (place === null) return "";
  const { file, line, column, textLine } = place;
  const inside = textLine === undefined ? "" : ` (line ${textLine} of the text)`;
  if (line === null) return `${file ?? ""}${inside}`.trim();
  const position = column === null ? String(line) : `${line}:${column}`;
  return `${file === null ? `line ${position}` : `${file}:${position}`}${inside}`;
}
