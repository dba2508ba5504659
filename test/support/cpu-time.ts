/**
 * How many milliseconds of processor time a task takes: unlike the time on a clock, hardly more where other programs
 * have the processors, too.
 */
export function cpuMsOf(task: () => void): number {
  const before = process.cpuUsage()
  task()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
