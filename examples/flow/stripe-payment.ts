// The three steps of a payment request, in TypeScript, run against the mock API. The same flow: stripe-payment.yaml, .rhai.
//
//   npx tsx examples/flow/stripe-payment.ts

import { pathToFileURL } from "node:url";
import { FlowExecutor, MockApi, newFlow, newStep } from "../../src/flow/index.ts"; // in your project: "rhailib/flow"

const stripeConfig = newStep("stripe_config")
  // The key of the account is known to the worker's engine, never to the flow.
  .script(`let account = configure_stripe();
if !account.charges_enabled {
    throw \`account \${account.id} cannot take payments\`;
}
account.id
`)
  .timeout(5)
  .retries(2)
  .build();

const confirm = newStep("stripe_config_confirm")
  .script(`let config = find_config(steps.stripe_config.output);
if !config.confirmed {
    throw "the configuration is not confirmed yet";
}
config
`)
  .timeout(5)
  .build();

const createProduct = newStep("create_product")
  .script(`let product = new_product()
    .name(input.product)
    .metadata("config", steps.stripe_config_confirm.output.id);
let product_id = product.create();
#{ id: product_id, name: input.product }
`)
  .timeout(10)
  .retries(1)
  .compensate("if output != () { archive_product(output.id) }\n")
  .build();

export const flow = newFlow("stripe_payment_request")
  .version("1")
  .input({
    type: "object",
    required: ["product"],
    properties: { product: { type: "string" }, amount: { type: "integer" } },
  })
  .output("steps.create_product.output")
  .timeout(60)
  .addStep(stripeConfig)
  .addStep(confirm)
  .addStep(createProduct)
  .build();

/** Runs the flow in this process; its services answer as told here. With Redis and workers: `connect("redis://...")`. */
export async function main(print: (line: string) => void = console.log): Promise<void> {
  const mock = new MockApi({
    functions: {
      configure_stripe: [{ error: "connection reset" }, { output: { id: "acct_1", charges_enabled: true } }],
      find_config: { output: { id: "cfg_7", confirmed: true } },
      new_product: { output: {} },
      name: { output: {} },
      metadata: { output: {} },
      create: { output: "prod_42" },
    },
  });
  await using executor = await FlowExecutor.connect("memory://", { runner: mock });

  const flowId = await executor.executeFlow(flow, { input: { product: "Premium", amount: 2999 } });
  print("Flow started");
  const { status, output } = await executor.waitFor(flowId);
  print(`${status}: ${JSON.stringify(output)}`);
  for (const { stepId, status: state, attemptCount } of (await executor.status(flowId)).steps)
    print(`  ${stepId}: ${state} at attempt ${attemptCount}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
