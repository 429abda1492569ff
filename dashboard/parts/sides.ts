import type {
  Effect,
  Finding,
  JudgedManifest,
  JudgedProcess,
  SettingSource,
} from '../../shared/findings/finding.ts'
import { type Html, html } from '../html.ts'
import { statusBadge } from './badge.ts'
import { code } from './data.ts'

/** What runs, what is declared, and what the port does: beside each other, with where each setting came from. */
export const sides = (finding: Finding): Html => {
  const { running, declared, effect } = finding
  return html`<div class="columns">
<section aria-labelledby="running"><h3 id="running">Running ${running && statusBadge(running.status)}</h3>
<p class="hint">What the processes on the node do now.</p>
${
  running
    ? settings(running.processes, ({ pid }) => (pid === undefined ? html`etcd` : html`etcd, pid ${pid}`))
    : html`<p class="empty">No etcd was looked for among the processes, or none runs.</p>`
}</section>
<section aria-labelledby="declared"><h3 id="declared">Declared ${declared && statusBadge(declared.status)}</h3>
<p class="hint">What the manifests make of it at the next restart.</p>
${
  declared
    ? settings(declared.manifests, ({ path }) => code(path))
    : html`<p class="empty">No manifest declares an etcd.</p>`
}</section>
<section aria-labelledby="effect"><h3 id="effect">In effect</h3>
<p class="hint">What a client meets at the port.</p>
${effect ? html`<ul><li>${SERVED[effect.servedOnClientPort]}</li><li>${ASKED[String(effect.clientCertRequired)]}</li></ul>` : html`<p class="empty">Not judged here.</p>`}
</section>
</div>`
}

const SERVED: Record<Effect['servedOnClientPort'], string> = {
  'auto-self-signed': 'The client port serves a certificate that etcd signed itself.',
  'plain-http': 'The client port serves plain HTTP.',
  'given-cert': 'The client port serves the certificate given to it.',
}
const ASKED: Record<string, string> = {
  true: 'Clients must show a certificate.',
  false: 'Clients need no certificate.',
}

const SOURCES: Record<SettingSource, string> = {
  flag: 'a flag',
  environment: 'the environment',
  'config-file': 'the config file',
  default: "etcd's default",
}

/** More than this many etcds on one host are counted. */
const MOST = 50

type Judged = JudgedProcess | JudgedManifest

const settings = <J extends Judged>(all: J[], nameOf: (each: J) => Html): Html =>
  html`<ul class="settings">${all.slice(0, MOST).map((each) => html`<li>${setting(each, nameOf(each))}</li>`)}</ul>${
    all.length > MOST && html`<p>and ${all.length - MOST} more.</p>`
  }`

const setting = ({ status, reason, value, source }: Judged, name: Html): Html => html`<dl>
<dt>Which</dt><dd>${name}</dd>
<dt>Verdict</dt><dd>${statusBadge(status)} ${code(reason)}</dd>
${value !== undefined && html`<dt>Value</dt><dd>${value === '' ? 'empty' : code(String(value))}</dd>`}
${source !== undefined && html`<dt>Set by</dt><dd>${SOURCES[source]}</dd>`}
</dl>`
