import { HELP } from '../help.ts'
import { globalsOf, type Register } from './register.ts'

/** What runs on the nodes: the script, and the document that carries it. */
export const registerDocument: Register = (program, done) => {
  program
    .command('collector')
    .description('print the script that runs on the nodes')
    .addHelpText('after', HELP.collector)
    .action(async (_options: object, command) => {
      const { collector } = await import('../commands/collector.ts')
      done(await collector(globalsOf(command)))
    })

  const document = program
    .command('document')
    .description('the Systems Manager document that has the script run on the nodes')
  document
    .command('show')
    .description('print it, exactly as it is deployed (JSON)')
    .action(async (_options: object, command) => {
      const { showDocument } = await import('../commands/document.ts')
      done(await showDocument(globalsOf(command)))
    })
  document
    .command('hash')
    .description('print its name, and the SHA-256 of the script in it')
    .action(async (_options: object, command) => {
      const { hashDocument } = await import('../commands/document.ts')
      done(await hashDocument(globalsOf(command)))
    })
  document
    .command('diff')
    .description('compare it with what is deployed in an account and region')
    .addHelpText('after', HELP.document)
    .action(async (_options: object, command) => {
      const { diffDocument } = await import('../commands/document.ts')
      done(await diffDocument(globalsOf(command)))
    })
}
