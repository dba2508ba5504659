/**
 * More levels of arrays and objects are not read. With Node's usual stacks, 1,900 levels of objects are the most that main
 * can receive, and 12,000 what the worker can send; a worker with `stackSizeMb: 1` can send 2,500.
 */
export const mostLevels = 1000
