// One request and one thinking time an iteration; what starts when is told from outside.
import http from 'k6/http'
import { sleep } from 'k6'

export const options = {
  scenarios: JSON.parse(__ENV.SCENARIOS),
  minIterationDuration: __ENV.MIN_ITERATION_DURATION,
}

export default function () {
  http.get(__ENV.URL)
  sleep(Number(__ENV.THINK))
}
