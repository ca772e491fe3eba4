import { isProperties, type Properties } from "../../values.ts";
import { projectNumber, projectOf } from "../session.ts";
import { resourcesOf } from "./resource-rules.ts";
import { portOf } from "./revision.ts";
import { containersOf, limitsOf } from "./service-rules.ts";
import { LATEST } from "./service-state.ts";

/** A service as it reads back: with what the platform fills in for what the program left out. */
export function withPlatformDefaults(planned: Properties): Properties {
  const template = isProperties(planned.template) ? planned.template : {};
  const { scaling } = template;
  const containers = containersOf(template).map(withContainerDefaults);
  const cpu = containers.reduce((sum, each) => sum + resourcesOf(limitsOf(each)).cpu, 0);
  return {
    launchStage: "GA",
    ingress: "INGRESS_TRAFFIC_ALL",
    traffics: [{ type: LATEST, percent: 100, revision: "", tag: "" }],
    ...planned,
    template: {
      timeout: "300s",
      maxInstanceRequestConcurrency: cpu < 1 ? 1 : 80,
      serviceAccount: `${projectNumber(projectOf(planned))}-compute@developer.gserviceaccount.com`,
      ...template,
      containers,
      // The most instances that a project gets when it asks for none in particular.
      scaling: { minInstanceCount: 0, maxInstanceCount: 10, ...(isProperties(scaling) && scaling) },
    },
  };
}

function withContainerDefaults(container: Properties): Properties {
  const { resources, startupProbe, ports } = container;
  const port = portOf(container);
  const given = isProperties(resources) ? resources : undefined;
  return {
    ...container,
    ports: { name: "http1", ...(isProperties(ports) && ports), containerPort: port },
    resources: {
      startupCpuBoost: false,
      cpuIdle: given === undefined,
      ...given,
      limits: { cpu: "1000m", memory: "512Mi", ...(isProperties(given?.limits) && given.limits) },
    },
    startupProbe: isProperties(startupProbe)
      ? withPort(startupProbe, port)
      : {
          initialDelaySeconds: 0,
          timeoutSeconds: 240,
          periodSeconds: 240,
          failureThreshold: 1,
          tcpSocket: { port },
        },
  };
}

function withPort(probe: Properties, port: number): Properties {
  const { httpGet, tcpSocket } = probe;
  return {
    ...probe,
    ...(isProperties(httpGet) && { httpGet: { ...httpGet, port: httpGet.port ?? port } }),
    ...(isProperties(tcpSocket) && { tcpSocket: { ...tcpSocket, port: tcpSocket.port ?? port } }),
  };
}
