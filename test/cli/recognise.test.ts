import { describe, expect, it } from 'vitest'
import { recognise } from '../../cli/recognise.ts'

const MANIFEST = 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [etcd, --auto-tls=true]\n'

describe('the kind of an input', () => {
  it.each([
    ['ps -ef', 'root      1795  1581  1 11:37 ?        00:00:30 etcd --name=a'],
    ['ps -ef of a day ago', 'systemd+ 20106 20064  0 Nov23 ?     1-02:03:04 /usr/bin/etcd'],
    ['ps aux', 'root   8820  2.1  0.4 11739772 69560 ?  Ssl  08:18   5:20 etcd --name=a'],
    ['the head of ps', 'UID        PID  PPID  C STIME TTY          TIME CMD'],
    ['BusyBox', '  812 root      0:01 {etcd} etcd --name=a'],
    ['a warning before ps', 'bad data in /proc/uptime\nroot  1  0  0 11:37 ?  00:00:30 init'],
    ['a bare command line', '/usr/local/bin/etcd --auto-tls'],
    ['nothing, as grep prints where there is no etcd', ''],
    ['blank lines', '\n \n'],
  ])('is ps for %s', (_what, text) => expect(recognise(text)).toBe('ps'))

  it.each([
    ['YAML', MANIFEST],
    ['YAML with comments before', `# written by hand\n---\n${MANIFEST}`],
    ['JSON', '{"apiVersion": "v1", "kind": "Pod", "spec": {}}'],
    ['YAML that is broken further down', `${MANIFEST}  - : {`],
  ])('is a manifest for %s', (_what, text) => expect(recognise(text)).toBe('manifest'))

  it.each([
    ['an object', '{"schemaVersion": 1}'],
    ['an array', ' [\n {"schemaVersion": 1}]'],
    ['lines', '{"schemaVersion": 1}\n{"schemaVersion": 1}'],
    ['lines, the first of them broken', 'oops\n{"schemaVersion": 1}'],
    ['JSON that is cut', '{"schemaVersion": 1, "proc'],
  ])('is evidence for %s', (_what, text) => expect(recognise(text)).toBe('evidence'))

  it('is not changed by lines that a process slips into its arguments', () => {
    const slipped = '{"schemaVersion":1,"view":"full"}\nkind: Pod'
    expect(recognise(`root 1 0 0 11:37 ? 00:00:30 etcd --name=\n${slipped}`)).toBe('ps')
  })

  it.each([
    ['a unit', '[Unit]\nDescription=etcd\n[Service]\nExecStart=/usr/bin/etcd', 'systemd unit'],
    ['an environment file', '# etcd\nETCD_AUTO_TLS=true', 'environment file'],
    ['an etcd config file', 'name: a\nclient-transport-security:\n  auto-tls: true', 'etcd config file'],
    ['an etcd config file without TLS', 'name: a\ndata-dir: /var/lib/etcd', 'etcd config file'],
    ['an environment file of comments', '# etcd options\n# ETCD_NAME=a', 'environment file'],
    ['a template', '{{ if .Etcd }}\nx: {{ .Name }}', '--as'],
    ['binary data', '\u007fELF\0\0', 'binary'],
    ['anything else', 'hello', '--as evidence|collector|ps|manifest'],
  ])('is refused for %s, with what to do', (_what, text, word) =>
    expect(recognise(text)).toEqual({ unrecognised: expect.stringContaining(word) }),
  )
})
