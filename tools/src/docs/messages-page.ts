import { allConsumers, exampleMessage, pipeline, streams } from '@buildwire/contracts';
import type { AnyContract, MessageName, Stage } from '@buildwire/contracts';

/** What each message says; one that is missing does not compile. */
const meanings: Record<MessageName, string> = {
  'event.accepted': 'An event is durable: it was checked, completed and stored. The message is its only copy until it is matched.',
  'delivery.matched': 'An event and the deliveries that it causes, for one rendering variant.',
  'delivery.rendered': 'A delivery to be sent now: its body, and which attempt it is. The subject names the lane.',
  'delivery.attempted': 'One HTTP call was made. The only durable write of an attempt: due rows and log rows derive from it.',
  'delivery.postponed': 'A delivery was put off without an attempt.',
  'delivery.closed': 'A delivery ended without a further attempt: `skipped` or `canceled`.',
  'webhook.refused': 'A webhook’s endpoint said that it is gone for good: matching makes the webhook inactive.',
  'webhook.stopped': 'A webhook was deleted, made inactive or disabled: delivery cancels what waits for it.',
  'webhook.resumed': 'A webhook was resumed, made active or got a new URL: delivery brings forward what waits for it.',
  'message.dead-lettered': 'A message could not be worked on, with the reason and its payload.',
};

const stages: readonly Stage[] = Object.values(pipeline);
const contracts: readonly AnyContract[] = [...new Set(stages.flatMap(({ publishes }) => publishes))];

/** `docs/messages.md`: the map of the system, from the contracts that configure the transport. */
export function messagesPage(): string {
  return [
    '# Messages',
    '<!-- Generated from libs/contracts by `npm run docs`; do not edit. -->',
    'What travels on NATS JetStream. A NATS message is a JSON array of records of one contract and one organization; each\nrecord settles alone. Their bodies and events lie behind the array as they are, each once; here they are shown in\ntheir places. The last token of every subject is the organization.',
    ['## Stages', stageTable()].join('\n\n'),
    ['## Streams', streamTable()].join('\n\n'),
    ...contracts.map(contractSection),
    '',
  ].join('\n\n');
}

function stageTable(): string {
  const rows = stages.map(({ service, consumes, publishes }) => {
    const consumed = [...new Set(consumes.flatMap((consumer) => consumer.contracts.map(({ name }) => name)))];
    return `| \`${service}\` | ${links(consumed)} | ${links(publishes.map(({ name }) => name))} |`;
  });
  return ['| service | consumes | publishes |', '| --- | --- | --- |', ...rows].join('\n');
}

function streamTable(): string {
  const rows = Object.values(streams).map(({ name, subjects, retention, maxBytes, duplicateWindowMs }) => {
    const consumers = allConsumers.filter(({ stream }) => stream === name).map(({ durable }) => `\`${durable}\``);
    return `| \`${name}\` | ${subjects.map((subject) => `\`${subject}\``).join('<br>')} | ${retention} | ${maxBytes / 1024 ** 3} GiB | ${duplicateWindowMs / 1_000} s | ${consumers.join(', ')} |`;
  });
  return ['| stream | subjects | retention | size | duplicate window | consumers |', '| --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
}

function contractSection(contract: AnyContract): string {
  const name = contract.name as MessageName;
  const example: object = exampleMessage(name);
  const facts = [
    `- from ${services(({ publishes }) => publishes)} to ${services(({ consumes }) => consumes.flatMap((consumer) => consumer.contracts))}`,
    `- stream \`${contract.stream}\`, subject such as \`${contract.subject(example)}\``,
    `- key such as \`${contract.key(example)}\``,
    `- at most ${contract.maxRecords} record${contract.maxRecords === 1 ? '' : 's'} to a message`,
  ];
  return [`## ${name}`, meanings[name], facts.join('\n'), `<details><summary>Example record</summary>\n\n\`\`\`json\n${JSON.stringify(example, undefined, 2)}\n\`\`\`\n\n</details>`].join('\n\n');

  function services(of: (stage: Stage) => readonly AnyContract[]): string {
    return stages.filter((stage) => of(stage).includes(contract)).map(({ service }) => `\`${service}\``).join(', ');
  }
}

function links(names: readonly string[]): string {
  return names.map((name) => `[\`${name}\`](#${name.replaceAll('.', '')})`).join(', ');
}
