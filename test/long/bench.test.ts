import { usualSuites } from '../../bench/suites/index.js'
import { describeQuickRun } from '../support/bench-quick-run.js'

describeQuickRun(usualSuites)
