import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Evidence } from '../evidence/evidence.ts'
import type { Status } from './finding.ts'

/** A reason code, for people: what it means and what to do about it. */
export type Reason = {
  code: string
  /** The rule that gives it; absent where any rule may. */
  rule?: string
  status: Status
  means: string
  do: string
  example?: Omit<Evidence, 'schemaVersion'>
}

/** Every reason code of docs/verdicts.md. */
export const reasons = (): Reason[] =>
  parse(readFileSync(new URL('reasons.yaml', import.meta.url), 'utf8')) as Reason[]

/** Every caveat: what a reader of a finding should also know. */
export const CAVEATS: Record<string, string> = {
  ENVIRONMENT_NOT_SEEN: 'The environment was not seen; a variable could set what the command line does not.',
  WOULD_NOT_START: 'With these settings etcd would not start; what was seen may be about to exit.',
  AUTO_TLS_INERT: 'auto-TLS is on, but etcd ignores it because certificates are given.',
  PLAIN_HTTP_SERVED: 'A client port serves plain HTTP, where TLS settings do nothing.',
  CLIENT_CERT_DEMANDED:
    'client-cert-auth is off, but the trusted CA makes etcd demand a certificate all the same.',
  GENERATED_CERTIFICATE: 'The certificate that is given is one that auto-TLS generated.',
  DRIFT: 'The running etcd and the declared one differ; the next restart changes the verdict.',
  NOT_RUNNING: 'The verdict is about a declared etcd; none runs.',
  NOT_A_STATIC_POD: 'The manifest is no Pod; the kubelet does not run it as a static pod.',
}
