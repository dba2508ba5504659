import { readFile } from 'node:fs/promises'
import { Misuse } from '../misuse.js'
import type { ContenderReport, FigureDefinition, SuiteReport, TestReport } from '../report/suite-report.js'
import { JsonValue } from './json-value.js'

/** What a comparison needs to know of a SuiteReport, whatever else later or earlier versions of it say. */
export interface ComparableReport extends Pick<SuiteReport, 'suite' | 'command' | 'measuredAt'> {
  readonly machine: Readonly<Record<string, string>>
  readonly tests: readonly ComparableTest[]
}

interface ComparableTest extends Pick<TestReport, 'name' | 'rows' | 'figures'> {
  readonly contenders: readonly Pick<ContenderReport, 'contender' | 'rows' | 'verifiedRows' | 'values'>[]
}

/** @throws Misuse if the file cannot be read or is not the report of a suite. */
export async function readReport(path: string): Promise<ComparableReport> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Misuse(`Expected ${path} to be a file that can be read: ${String(cause)}`, { cause })
  })
  return toReport(new JsonValue(parse(text, path), path))
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Misuse(`Expected ${path} to be JSON: ${String(cause)}`, { cause })
  }
}

function toReport(report: JsonValue): ComparableReport {
  return {
    suite: report.field('suite').string(),
    command: report.field('command').string(),
    measuredAt: report.field('measuredAt').string(),
    machine: Object.fromEntries(report.field('machine').entries().map(toMachineField)),
    tests: report.field('tests').items().map(toTest),
  }
}

function toMachineField([name, value]: readonly [string, JsonValue]): [string, string] {
  return [name, value.stringOrNumber()]
}

function toTest(test: JsonValue): ComparableTest {
  return {
    name: test.field('name').string(),
    rows: test.field('rows').number(),
    figures: test.field('figures').items().map(toFigure),
    contenders: test.field('contenders').items().map(toContender),
  }
}

function toFigure(figure: JsonValue): FigureDefinition {
  return {
    name: figure.field('name').string(),
    unit: figure.field('unit').string(),
    better: figure.field('better').oneOf(['less', 'more', 'neither']),
    digits: figure.field('digits').number(),
  }
}

function toContender(contender: JsonValue): ComparableTest['contenders'][number] {
  const values = contender.field('values').entries()
  return {
    contender: contender.field('contender').string(),
    rows: contender.field('rows').number(),
    verifiedRows: toNumbers(contender.field('verifiedRows')),
    values: Object.fromEntries(values.map(([figure, trials]) => [figure, toNumbers(trials)])),
  }
}

/** JSON has null for NaN, which is what a ratio of nothing is: no value. */
function toNumbers(trials: JsonValue): number[] {
  return trials
    .items()
    .filter((value) => !value.isNull())
    .map((value) => value.number())
}
