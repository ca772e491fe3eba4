import { isProperties, type Properties } from "../../values.ts";
import { apiError } from "../api-error.ts";

const MOST = 240;

/** Throws the API's refusal of a container's probes. */
export function refuseProbes({ startupProbe, livenessProbe }: Properties): void {
  if (isProperties(startupProbe)) {
    const { periodSeconds: period, failureThreshold: threshold } = startupProbe;
    refuseProbe("startup_probe", startupProbe, MOST);
    if (Number(period) * Number(threshold) > MOST) {
      throw apiError(
        400,
        `startup_probe: failure_threshold × period_seconds may be at most ${MOST} s, unlike ${threshold} × ${period}`,
      );
    }
  }
  if (isProperties(livenessProbe)) refuseProbe("liveness_probe", livenessProbe, 3_600);
}

function refuseProbe(where: string, probe: Properties, most: number): void {
  const { initialDelaySeconds = 0, timeoutSeconds = 1, periodSeconds = 10 } = probe;
  if (Number(timeoutSeconds) > Number(periodSeconds)) {
    throw apiError(
      400,
      `${where}: timeout_seconds ${timeoutSeconds} must not exceed period_seconds ${periodSeconds}`,
    );
  }
  const times = { initialDelaySeconds, timeoutSeconds, periodSeconds };
  const wrong = Object.entries(times).find(([, value]) => Number(value) > most);
  if (wrong)
    throw apiError(400, `${where}: ${wrong[0]} may be at most ${most}, unlike ${wrong[1]}`);
  if (probe.httpGet !== undefined && probe.tcpSocket !== undefined) {
    throw apiError(400, `${where}: give httpGet or tcpSocket, not both`);
  }
}
