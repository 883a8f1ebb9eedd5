import http from 'k6/http';
import { check, group } from 'k6';
import { Trend, Rate, Counter, Gauge } from 'k6/metrics';
const size = new Trend('size'), wait = new Trend('wait', true), good = new Rate('good'), orders = new Counter('orders'), depth = new Gauge('depth');
export const options = { vus: 2, iterations: 20, thresholds: { http_req_duration: ['p(95)<500', 'avg<0.0001'], 'http_reqs{name:home}': ['count>1'], checks: ['rate>0.99'], orders: ['count<5'] }, summaryTrendStats: ['avg','min','med','max','p(90)','p(95)'] };
export default function () {
  group('shop', () => {
    const r = http.get(`${__ENV.API_BASE}/`, { tags: { name: 'home' } });
    check(r, { 'status is 200': (r) => r.status === 200, 'is never': (r) => false });
    size.add(r.body.length); wait.add(r.timings.duration); good.add(r.status === 200); orders.add(1); depth.add(3);
  });
}
