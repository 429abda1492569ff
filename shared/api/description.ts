import { createRoute, OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import * as z from 'zod'
import { ANSWERS } from './answers.ts'
import { problemSchema } from './problem.ts'
import { querySchema } from './query-schema.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes/index.ts'

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
})

/** What a route may answer. */
const responsesOf = ({ path, problems }: Route): RouteConfig['responses'] => ({
  200: { description: 'The answer', content: { 'application/json': { schema: ANSWERS[path] } } },
  400: problem('A parameter is unknown or wrong'),
  ...Object.fromEntries(Object.entries(problems ?? {}).map(([status, text]) => [status, problem(text)])),
  500: problem('Something went wrong here'),
  503: problem('The table is asked too much at the moment'),
})

const DESCRIPTION = `What fleet-scanner knows of a fleet: findings, their history and evidence, scans. Read only.

Every request is signed (AWS Signature Version 4, service \`execute-api\`), and IAM decides who may ask. What API Gateway
refuses itself (403, 429) has its own form: \`{"message": "..."}\`.

Within \`v1\` keys, routes and parameters are only added: leave out of account what you do not know.

Where an answer has \`next\`, more follows: repeat the request with it as \`cursor\`.`

const definitionOf = (of: Route): RouteConfig => {
  const { path, tag, summary, description } = of
  const params = z.strictObject(of.params)
  return createRoute({
    method: 'get',
    ...{ path, tags: [tag], summary, operationId: operationOf(path) },
    ...(description !== undefined && { description }),
    request: { ...(Object.keys(of.params).length > 0 && { params }), query: querySchema(of) },
    responses: responsesOf(of),
  })
}

/** `/v1/rules/{id}` is `getRulesById`. */
const operationOf = (path: string): string =>
  path
    .slice('/v1/'.length)
    .split(/[/-]/)
    .map((part) => {
      const name = part.replace(/[{}]/g, '')
      return (part.startsWith('{') ? 'By' : '') + name.charAt(0).toUpperCase() + name.slice(1)
    })
    .reduce((all, part) => all + part, 'get')

/** The description of the API, made of what checks the parameters and what the answers are held against. */
export const apiDescription = (): object => {
  const app = new OpenAPIHono()
  for (const each of ROUTES) app.openAPIRegistry.registerPath(definitionOf(each))
  const {
    webhooks: _,
    components,
    ...document
  } = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'fleet-scanner',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [
      {
        url: 'https://{api}.execute-api.{region}.amazonaws.com',
        description: 'The stack says it: output ApiUrl',
        variables: { api: { default: 'api-id' }, region: { default: 'eu-central-1' } },
      },
    ],
    security: [{ iam: [] }],
  })
  const { parameters: __, ...parts } = components ?? {}
  return {
    ...document,
    components: {
      ...parts,
      securitySchemes: {
        iam: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          description: 'AWS Signature Version 4, service execute-api, by somebody who may execute-api:Invoke',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
      },
    },
  }
}
