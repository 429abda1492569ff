const EXIT_CODES = `
Exit codes: 0 nothing fails, 1 something FAILs that is not waived, 2 wrong usage or configuration,
3 nothing fails but something could not be assessed, 4 a fault of this program.`

/** What stands below the options in each command's help. */
export const HELP = {
  program: `
Examples:
  $ ps -ef | grep etcd | fleet-scanner evaluate -
  $ fleet-scanner collector | ssh NODE sudo sh -s | fleet-scanner evaluate -
  $ fleet-scanner scan --local
  $ fleet-scanner findings --local --status FAIL,ERROR
  $ fleet-scanner scan --stack fleet-scanner --profile security --region eu-west-1
${EXIT_CODES}`,
  init: `
Examples:
  $ fleet-scanner init                                 # asks
  $ fleet-scanner init --yes --region eu-west-1 --selector kops --email sec@example.com
  $ fleet-scanner init --yes --account 111122223333 --region eu-west-1 --in-region eu-west-1,us-east-1 \\
      --selector team=platform,role=control-plane --schedule "rate(1 hour)"`,
  doctor: `
Examples:
  $ fleet-scanner doctor --stack fleet-scanner
  $ fleet-scanner doctor --local --fleet my-fleet.yaml
Exit codes: 0 everything is ready, 2 wrong usage or configuration, 3 something is not.`,
  scan: `
Examples:
  $ fleet-scanner scan --local                        # the sample fleet, this machine included
  $ fleet-scanner scan --local --fleet my-fleet.yaml
  $ fleet-scanner scan --local --format json --output report.json
  $ fleet-scanner scan --local --dry-run              # which instances, which document; nothing is sent
  $ fleet-scanner scan --local --instance i-0abc      # this one alone, now
  $ fleet-scanner scan --local --cancel 20260131T120000Z
  $ fleet-scanner scan --stack fleet-scanner          # starts a scan there, and follows it; Ctrl-C leaves it running
  $ fleet-scanner scan --stack fleet-scanner --cancel 20260131T120000Z
${EXIT_CODES}`,
  evaluate: `
Examples:
  $ ps -ef | grep etcd | fleet-scanner evaluate -
  $ fleet-scanner collector | ssh NODE sudo sh -s | fleet-scanner evaluate -
  $ fleet-scanner evaluate /etc/kubernetes/manifests/etcd.yaml
  $ fleet-scanner evaluate evidence/*.jsonl --format jsonl
  $ fleet-scanner evaluate evidence.json --control 2.3
${EXIT_CODES}`,
  findings: `
Examples:
  $ fleet-scanner findings --local --status FAIL,ERROR
  $ fleet-scanner findings --local --cluster prod --since 7d --format json
  $ fleet-scanner findings --local --at 2026-01-31                      # the fleet at the end of that day
  $ fleet-scanner findings --local --at 24h --instance i-0abc
  $ fleet-scanner findings --stack fleet-scanner --status FAIL
${EXIT_CODES}`,
  report: `
Examples:
  $ fleet-scanner report --local --output audit.html                  # the auditor's page
  $ fleet-scanner report --stack fleet-scanner --from 2026-01-01 --to 2026-03-31 --output q1.html
  $ fleet-scanner report --local --sample 25 --seed 7 --output audit.html
  $ fleet-scanner report --local --format sarif --control 2.3
  $ fleet-scanner report --local --format csv --cluster harbour
  $ fleet-scanner report --push security-hub --stack fleet-scanner --config fleet-scanner.yaml --dry-run
${EXIT_CODES}
With --push: 0 all that was due was sent, 3 something was rejected or could not be sent.`,
  open: `
Examples:
  $ fleet-scanner open --local --rule etcd-auto-tls-disabled   # is any open, where, since when?
  $ fleet-scanner open --local --by-cluster                    # across instances that were replaced
  $ fleet-scanner open --stack fleet-scanner --beyond-sla
Exit codes: 0 nothing is open, 1 something FAILs that is not waived, 3 only something unclear is open.`,
  changes: `
Examples:
  $ fleet-scanner changes --local --from 2026-01-01 --to 2026-01-31
  $ fleet-scanner changes --local --from 90d --rejudged        # what newer rules or engines judged otherwise`,
  posture: `
Examples:
  $ fleet-scanner posture --local --from 90d --by cluster`,
  timeToFix: `
Examples:
  $ fleet-scanner time-to-fix --local --from 90d --by severity`,
  gaps: `
Examples:
  $ fleet-scanner gaps --local --from 30d                      # who was not assessed for how long, and why
Exit codes: 0 every gap has ended, 3 one lasts.`,
  dashboard: `
Examples:
  $ fleet-scanner dashboard --local
  $ fleet-scanner dashboard --stack fleet-scanner --profile security --port 8480
The address that is printed lets in whoever has it; nobody else on this machine or network is let in.
Exit codes: 0 it was ended (Ctrl-C), 2 wrong usage, no such stack or no right to read it, 4 a fault of this program.`,
  pause: `
Examples:
  $ fleet-scanner pause --stack fleet-scanner
  $ fleet-scanner resume --stack fleet-scanner
A scan that is under way goes on; scan --stack NAME --cancel ID stops it.`,
  document: `
Examples:
  $ fleet-scanner document diff --profile member --region eu-west-1   # this version's, in that account and region
  $ fleet-scanner document diff --stack fleet-scanner                 # against the one that the stack runs
Exit codes: 0 the same, 1 it differs, 3 it is not there.`,
  history: `
Examples:
  $ fleet-scanner history --local --instance i-0abc
  $ fleet-scanner history --local --since 24h --format jsonl`,
  evidence: `
Examples:
  $ fleet-scanner evidence verify --local
  $ fleet-scanner evidence verify --local --restate --format json
  $ fleet-scanner evidence verify --stack fleet-scanner --anchor HASH   # HASH: a seal that you have kept elsewhere
  $ fleet-scanner evidence export --local --output q1.jsonl.gz
  $ fleet-scanner evidence verify q1.jsonl.gz --anchor HASH             # offline, without AWS
Exit codes: 0 every verdict comes out the same and every seal holds; 1 a verdict is not what its own versions
give, today's differ, or a seal is broken; 3 none of these, but some verdicts cannot be judged again.`,
  waivers: `
Examples:
  $ fleet-scanner waivers add --stack fleet-scanner --rule etcd-auto-tls-disabled --cluster harbour \\
      --reason "moves to kubeadm in March" --ticket SEC-123 --approved-by bob@example.com --until 2026-03-31
  $ fleet-scanner waivers list --local --problems
  $ fleet-scanner waivers list --local --log
  $ fleet-scanner waivers apply --stack fleet-scanner -f waivers.yaml --dry-run`,
  scans: `
Examples:
  $ fleet-scanner scans --local
  $ fleet-scanner scans --local --since 2026-01-31`,
  collector: `
Examples:
  $ fleet-scanner collector | less
  $ fleet-scanner collector | ssh NODE sudo sh -s | fleet-scanner evaluate -`,
}
