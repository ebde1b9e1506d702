/** The page `/_local`: asks for the state of the stack every two seconds while somebody looks, and writes it into tables. */

const everyMs = 2000;
const key = new URLSearchParams(location.search).get('key') ?? '';
const find = (id) => document.getElementById(id);
const { format } = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const clockTime = (time) => new Date(time).toLocaleTimeString();

/** Like `4 s`, `12 min`, `3 h`. */
function age(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 100) return `${seconds} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/**
 * The sections. A column is its heading and what a row shows there, with a class: `number`, `code`, `name`, or `bad` where the value is one that
 * somebody should look at. `count` is shown in the list of sections.
 */
const sections = [
  {
    id: 'functions',
    title: 'Functions',
    isWide: true,
    isBad: ({ functions }) => functions.some(({ errors }) => errors > 0),
    rows: ({ functions }) => functions,
    key: ({ name }) => name,
    columns: [
      ['Function', (row) => row.name],
      ['Invocations', (row) => format(row.invocations), 'number'],
      ['Running', (row) => format(row.running), 'number'],
      ['Errors', (row) => format(row.errors), (row) => `number${row.errors > 0 ? ' bad' : ''}`],
      ['Cold starts', (row) => format(row.coldStarts), 'number'],
      ['Average', (row) => (row.averageMs === undefined ? '' : `${format(row.averageMs)} ms`), 'number'],
      ['Last lines', (row) => row.lastLines.map((line) => line.slice(0, 300)).join('\n'), 'code'],
      ['Log', (row) => ({ button: 'Show', name: `Show the log of ${row.name}`, run: () => showLog(row.log) })],
    ],
  },
  {
    id: 'tables',
    title: 'Tables',
    note: 'Capacity units since the start. A write counts for every index that it changes.',
    rows: ({ tables }) => tables,
    key: ({ name }) => name,
    columns: [
      ['Table or index', (row) => row.name],
      ['Calls', (row) => format(row.calls), 'number'],
      ['Read units', (row) => format(row.reads), 'number'],
      ['Write units', (row) => format(row.writes), 'number'],
    ],
  },
  {
    id: 'alarms',
    title: 'Alarms',
    isBad: ({ alarms }) => alarms.some(({ state }) => state === 'ALARM'),
    rows: ({ alarms, now }) => alarms.map((row) => ({ ...row, now })),
    key: ({ name }) => name,
    columns: [
      ['Alarm', (row) => row.name],
      ['State', (row) => row.state, (row) => (row.state === 'ALARM' ? 'bad' : '')],
      ['For', (row) => age(row.now - row.since), 'number'],
      ['Why', (row) => (row.state === 'ALARM' ? row.reason : '')],
      ['What it means', (row) => row.description],
    ],
  },
  {
    id: 'queues',
    title: 'Queues',
    rows: ({ queues }) => queues,
    key: ({ name }) => name,
    columns: [
      ['Queue', (row) => row.name],
      ['Waiting', (row) => format(row.waiting), (row) => `number${row.waiting > 0 && isDead(row) ? ' bad' : ''}`],
      ['In flight or delayed', (row) => format(row.hidden), 'number'],
      ['Holds dead letters of', (row) => row.deadLettersOf.join(', ')],
    ],
    isBad: ({ queues }) => queues.some((row) => isDead(row) && row.waiting + row.hidden > 0),
  },
  {
    id: 'calls',
    title: 'Calls',
    rows: ({ calls }) => calls,
    key: ({ service, operation }) => `${service}.${operation}`,
    columns: [
      ['Service', (row) => row.service],
      ['Operation', (row) => row.operation],
      ['Calls', (row) => format(row.calls), 'number'],
    ],
  },
  {
    id: 'connections',
    title: 'Connections',
    note: ({ connections, now }) =>
      connections.apis
        .map(
          ({ api, stage, open, oldest }) =>
            `${api} ${stage}: ${format(open)} open, the oldest for ${age(now - oldest)}`,
        )
        .join('; '),
    rows: ({ connections, now }) => connections.newest.map((row) => ({ ...row, now })),
    count: ({ connections }) => connections.apis.reduce((sum, { open }) => sum + open, 0),
    key: ({ connectionId }) => connectionId,
    columns: [
      ['API', (row) => row.api],
      ['Stage', (row) => row.stage],
      ['Connection', (row) => row.connectionId],
      ['Open for', (row) => age(row.now - row.connectedAt), 'number'],
      ['Silent for', (row) => age(row.now - row.lastActiveAt), 'number'],
    ],
  },
  {
    id: 'refused',
    title: 'Refused by IAM',
    isWide: true,
    rows: ({ refused }) => refused,
    key: ({ who, action, resource }) => `${who} ${action} ${resource}`,
    columns: [
      ['Who', (row) => row.who],
      ['Action', (row) => row.action, 'name'],
      ['Resource', (row) => row.resource, 'code'],
      ['Times', (row) => format(row.times), 'number'],
      ['Last', (row) => clockTime(row.last), 'number'],
      ['Reason', (row) => row.message.split(row.resource).at(-1).trim()],
    ],
    isBad: ({ refused }) => refused.length > 0,
  },
  {
    id: 'mail',
    title: 'Mail',
    isWide: true,
    rows: ({ mail }) => mail,
    key: ({ name }) => name,
    columns: [
      ['To', (row) => row.to],
      ['Subject', (row) => row.subject],
      ['When', (row) => clockTime(row.date), 'number'],
      ['Text', (row) => row.text, 'code'],
    ],
  },
  {
    id: 'logs',
    title: 'Logs',
    isWide: true,
    note: 'What looks like a password or a token is hidden.',
    rows: ({ logs }) => logs,
  },
  {
    id: 'resources',
    title: 'Resources',
    isWide: true,
    note: ({ resources }) =>
      ['not served', 'served', 'needless']
        .map((part) => `${format(resources.filter((row) => row.part === part).length)} ${part}`)
        .join(', '),
    rows: ({ resources }) => resources,
    key: ({ name, type, id }) => `${type} ${name} ${id}`,
    columns: [
      ['Resource', (row) => row.name],
      ['Type', (row) => row.type, 'name'],
      ['Id', (row) => row.id, 'code'],
      ['Here', (row) => row.part, (row) => (row.part === 'not served' ? 'bad' : '')],
      ['Why', (row) => row.why ?? ''],
    ],
    isBad: ({ resources }) => resources.some(({ part }) => part === 'not served'),
  },
];

const isDead = ({ deadLettersOf }) => deadLettersOf.length > 0;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Changes a text only if it is another one, so that what is selected stays selected. */
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The table of a section, which is kept: its rows are changed, and never made anew. */
function makeSection({ id, title, columns, isWide }) {
  const heading = element('h2', { id: `${id}-title`, textContent: title });
  const parts = { note: element('p', { className: 'note' }), rows: new Map(), body: element('tbody') };
  parts.link = element('a', { href: `#${id}` }, title, ' ', element('b'));
  const section = element('section', { id, tabIndex: -1, className: isWide ? 'wide' : '' }, heading, parts.note);
  section.setAttribute('aria-labelledby', heading.id);
  if (columns) {
    const names = columns.map(([name, , style]) => {
      const isNumber = typeof style === 'function' ? style({}).startsWith('number') : style === 'number';
      return element('th', { scope: 'col', textContent: name, className: isNumber ? 'number' : '' });
    });
    const table = element('table', {}, element('thead', {}, element('tr', {}, ...names)), parts.body);
    table.setAttribute('aria-labelledby', heading.id);
    // What scrolls can be scrolled with the keyboard.
    const scroll = element('div', { className: 'scroll', tabIndex: 0 }, table);
    scroll.setAttribute('role', 'group');
    scroll.setAttribute('aria-label', `${title}, all rows`);
    section.append(scroll);
  } else {
    parts.select = element('select', { id: 'log-name' });
    parts.select.addEventListener('change', () => showLog(parts.select.value));
    parts.text = element('pre', { tabIndex: 0 });
    parts.text.setAttribute('role', 'group');
    parts.text.setAttribute('aria-label', 'The end of the log');
    section.append(element('label', {}, 'Log ', parts.select), parts.text);
  }
  find('main').append(section);
  find('sections').append(element('li', {}, parts.link));
  return parts;
}

const made = new Map(sections.map((section) => [section.id, makeSection(section)]));

function showSection(section, state) {
  const { link, note, body, rows } = made.get(section.id);
  const found = section.rows(state);
  setText(link.querySelector('b'), format(section.count ? section.count(state) : found.length));
  link.toggleAttribute('data-bad', section.isBad?.(state) ?? false);
  const text = typeof section.note === 'function' ? section.note(state) : (section.note ?? '');
  setText(note, found.length === 0 ? 'None yet.' : text);
  note.hidden = note.textContent === '';
  if (!section.columns) return showLogs(state);
  body.closest('.scroll').hidden = found.length === 0;
  const current = new Set();
  found.forEach((row, index) => {
    const name = section.key(row);
    current.add(name);
    const line = rows.get(name) ?? makeRow(section, row);
    rows.set(name, line);
    section.columns.forEach(([, value, style], column) => {
      const cell = line.children[column];
      const shown = value(row);
      if (typeof shown === 'string') setText(cell, shown);
      const className = (typeof style === 'function' ? style(row) : style) ?? '';
      if (cell.className !== className) cell.className = className;
    });
    if (body.children[index] !== line) body.insertBefore(line, body.children[index] ?? null);
  });
  for (const [name, line] of rows) {
    if (current.has(name)) continue;
    line.remove();
    rows.delete(name);
  }
}

function makeRow({ columns }, row) {
  const cells = columns.map(([, value], index) => {
    const cell = index === 0 ? element('th', { scope: 'row' }) : element('td');
    const shown = value(row);
    if (typeof shown === 'string') return cell;
    const button = element('button', { type: 'button', textContent: shown.button });
    button.setAttribute('aria-label', shown.name);
    button.addEventListener('click', shown.run);
    cell.append(button);
    return cell;
  });
  return element('tr', {}, ...cells);
}

let chosenLog;

function showLogs({ logs, log, functions }) {
  const { select, text } = made.get('logs');
  const names = logs.map(({ name }) => name);
  if (chosenLog !== undefined && !names.includes(chosenLog)) names.push(chosenLog);
  if ([...select.options].map(({ value }) => value).join('\n') !== names.join('\n')) {
    const titleOf = (name) => functions.find((one) => one.log === name)?.name;
    const title = (name) => (titleOf(name) ? `${titleOf(name)} (${name})` : name);
    select.replaceChildren(...names.map((name) => element('option', { value: name, textContent: title(name) })));
  }
  chosenLog ??= names[0];
  if (chosenLog !== undefined) select.value = chosenLog;
  const isAtEnd = text.scrollHeight - text.scrollTop - text.clientHeight < 40;
  setText(text, log?.name === chosenLog ? log.lines.join('\n') : 'No lines yet.');
  if (isAtEnd) text.scrollTop = text.scrollHeight;
}

async function showLog(name) {
  const { select, text } = made.get('logs');
  const isOther = document.activeElement !== select;
  chosenLog = name;
  await update();
  text.scrollTop = text.scrollHeight;
  if (isOther) text.focus();
}

function say(text, isBad = false) {
  setText(find('status'), text);
  find('status').toggleAttribute('data-bad', isBad);
}

async function update() {
  try {
    const query = chosenLog === undefined ? '' : `?log=${encodeURIComponent(chosenLog)}`;
    const response = await fetch(`/_local/state${query}`, { headers: { authorization: `Bearer ${key}` } });
    if (response.status === 401) return say('Open the address that was printed at the start: it has the key.', true);
    if (!response.ok) return say(`The runtime answers with ${response.status}.`, true);
    const state = await response.json();
    const { stack, startedAt } = state;
    document.title = `${stack.name} · local stack`;
    setText(find('stack'), stack.name);
    const place = `${stack.origin} as ${stack.region}, account ${stack.account}, since ${clockTime(startedAt)}`;
    setText(find('place'), place);
    for (const section of sections) showSection(section, state);
    say(isPaused ? 'Paused' : 'Live');
  } catch {
    say('The runtime does not answer.', true);
  }
}

let isPaused = false;
let timer;

/** Asks again later, but not while nobody looks. */
async function keepUp() {
  clearTimeout(timer);
  if (isPaused || document.hidden) return;
  await update();
  clearTimeout(timer);
  timer = setTimeout(keepUp, everyMs);
}

find('pause').addEventListener('click', () => {
  isPaused = !isPaused;
  find('pause').setAttribute('aria-pressed', String(isPaused));
  say(isPaused ? 'Paused' : 'Live');
  keepUp();
});
document.addEventListener('visibilitychange', keepUp);
keepUp();
