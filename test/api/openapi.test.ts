import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { createApi } from '../../shared/api/create-api.ts'
import { apiDescription } from '../../shared/api/description.ts'
import { ROUTES } from '../../shared/api/routes/index.ts'
import type { ReadingStore } from '../../shared/store/reading-store.ts'

type Parameter = { name: string; in: string; required: boolean; description?: string; schema: object }
type Operation = {
  operationId: string
  summary: string
  parameters?: Parameter[]
  responses: Record<string, { content: Record<string, { schema: object }> }>
}
type Document = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; securitySchemes: object }
  security: object[]
}

const document = apiDescription() as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

describe('the description of the API', () => {
  test('is OpenAPI 3.1', () => {
    const schema = JSON.parse(readFileSync('test/fixtures/schemas/openapi-3.1.json', 'utf8'))
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
    validate(document)
    expect(validate.errors).toBeNull()
    expect(document.openapi).toBe('3.1.0')
  })

  test('is what the API answers itself', async () => {
    const api = createApi({ store: {} as ReadingStore, now: () => '', rules: [] })
    const answer = await api.request('/v1/openapi.json')
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(document)))
  })

  test('has every route, GET alone, each under a name of its own', () => {
    expect(operations.map(({ path, method }) => `${method} ${path}`)).toEqual(
      ROUTES.map(({ path }) => `get ${path}`),
    )
    const names = operations.map(({ operation }) => operation.operationId)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('getFindingsByAccountByRegionByInstanceByRule')
  })

  test('says of every parameter what it is for', () => {
    for (const { path, operation } of operations)
      for (const { name, description, schema } of operation.parameters ?? []) {
        expect([path, name, description]).toEqual([path, name, expect.stringMatching(/\w/)])
        expect([path, name, schema]).toEqual([
          path,
          name,
          expect.objectContaining({ type: expect.anything() }),
        ])
      }
  })

  test('has no parameter of a path that the path does not name', () => {
    for (const { path, operation } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const described = (operation.parameters ?? []).filter((each) => each.in === 'path')
      expect(described.map(({ name }) => name).sort()).toEqual(named.sort())
    }
  })

  test('says which errors there are, all in one form', () => {
    for (const { operation } of operations) {
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['200', '400', '500', '503']))
      for (const [status, { content }] of Object.entries(operation.responses))
        if (status !== '200')
          expect(content).toEqual({
            'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          })
    }
  })

  test('leads nowhere that is not there, and has nothing that nobody uses', () => {
    const referred = new Set(
      [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name),
    )
    expect([...referred].sort()).toEqual(Object.keys(document.components.schemas).sort())
  })

  test('has patterns that any JSON Schema validator reads', () => {
    for (const [, pattern] of JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g))
      expect(() => new RegExp(JSON.parse(String(pattern)), 'u')).not.toThrow()
  })

  test('leaves room: what it does not know may come', () => {
    expect(JSON.stringify(document.components.schemas)).not.toContain('"additionalProperties":false')
  })

  test('says that requests are signed', () => {
    expect(document.security).toEqual([{ iam: [] }])
    expect(document.components.securitySchemes).toMatchObject({
      iam: { 'x-amazon-apigateway-authtype': 'awsSigv4' },
    })
  })
})
