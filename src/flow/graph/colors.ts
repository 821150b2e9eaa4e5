// Colours of a step's status in drawings: dark text on light ground, told apart also by those who see few colours.

import type { StepStatus } from "../state.ts";

export interface StatusColor {
  readonly fill: string;
  readonly stroke: string;
  readonly text: string;
}

export const STATUS_COLORS: Readonly<Record<StepStatus, StatusColor>> = {
  Pending: { fill: "#f6f8fa", stroke: "#8c959f", text: "#424a53" },
  Running: { fill: "#ddf4ff", stroke: "#0969da", text: "#0a3069" },
  Waiting: { fill: "#fff8c5", stroke: "#9a6700", text: "#4d2d00" },
  Completed: { fill: "#dafbe1", stroke: "#1a7f37", text: "#044f1e" },
  Failed: { fill: "#ffebe9", stroke: "#cf222e", text: "#82071e" },
  Skipped: { fill: "#ffffff", stroke: "#afb8c1", text: "#6e7781" },
  Compensated: { fill: "#fbefff", stroke: "#8250df", text: "#512a97" },
};

/** Of a step without a run. */
export const PLAIN_COLOR: StatusColor = { fill: "#ffffff", stroke: "#57606a", text: "#24292f" };
