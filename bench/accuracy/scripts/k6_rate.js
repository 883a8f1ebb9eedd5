// One GET at a constant rate, by the executor that k6 has for it.
import http from 'k6/http'

export const options = {
  scenarios: {
    rate: {
      executor: 'constant-arrival-rate',
      rate: Number(__ENV.RATE),
      timeUnit: '1s',
      duration: __ENV.DURATION,
      preAllocatedVUs: Number(__ENV.USERS),
      maxVUs: Number(__ENV.USERS),
      gracefulStop: '5s',
    },
  },
}

export default function () {
  http.get(`${__ENV.API_BASE}/`)
}
