import { RuleError } from "../rule-error.ts";
import { arn } from "./forms.ts";
import { optionForm } from "./option-table.ts";
import { optionOf, type Setting } from "./settings.ts";

/**
 * Refuses settings that Elastic Beanstalk would not take.
 * @throws RuleError which names each wrong pair of namespace and option.
 */
export function checkSettings(settings: readonly Setting[]): void {
  const wrong = [...settings.flatMap(wrongSetting), ...wrongTogether(settings)];
  if (wrong.length === 0) return;
  throw new RuleError(`ConfigurationValidationException: ${wrong.join("; ")}`);
}

const ownVariables = "aws:elasticbeanstalk:application:environment";
const secrets = "aws:elasticbeanstalk:application:environmentsecrets";

function wrongSetting({ namespace, name, value }: Setting): string[] {
  const told = (reason: string) => [`Invalid option value: ${namespace}, ${name} ${reason}`];
  if (namespace === ownVariables || namespace === secrets) {
    const reason = wrongVariable(namespace, name, value);
    return reason === undefined ? [] : told(reason);
  }
  const form = namespace.startsWith("aws:") && optionForm(namespace.slice("aws:".length), name);
  if (!form) {
    return [
      `Invalid option specification: there is no option ${name} in the namespace ${namespace}; correct one of them`,
    ];
  }
  const reason = form(value);
  return reason === undefined ? [] : told(reason);
}

/** Never quotes the value, which may be nobody's to read. */
function wrongVariable(namespace: string, name: string, value: string): string | undefined {
  if (!/^[A-Za-z0-9_.:/+\\@-]{1,128}$/.test(name)) {
    return "is no name of a variable; use up to 128 letters, digits and _.:/+\\-@";
  }
  if (namespace === secrets) {
    const isArn = arn("(?:secretsmanager|ssm)")(value) === undefined;
    return isArn ? undefined : "is no ARN of a secret; name one of Secrets Manager by its ARN";
  }
  return value.length <= 256
    ? undefined
    : `has a value of ${value.length} characters; use no more than 256`;
}

function wrongTogether(settings: readonly Setting[]): string[] {
  const least = Number(optionOf(settings, "autoscaling:asg", "MinSize") ?? 1);
  const most = Number(optionOf(settings, "autoscaling:asg", "MaxSize") ?? 4);
  const wrong: string[] = [];
  if (least > most) {
    wrong.push(
      `Invalid option value: aws:autoscaling:asg, MinSize ${least} is more than MaxSize ${most}; make MaxSize the larger`,
    );
  }
  const managed = "elasticbeanstalk:managedactions";
  if (optionOf(settings, managed, "ManagedActionsEnabled") === "true") {
    for (const [namespace, name] of [
      [managed, "PreferredStartTime"],
      [`${managed}:platformupdate`, "UpdateLevel"],
    ] as const) {
      if (optionOf(settings, namespace, name) !== undefined) continue;
      wrong.push(
        `Invalid option value: aws:${managed}, ManagedActionsEnabled needs ${name} of aws:${namespace}; set it`,
      );
    }
  }
  const listener = "elbv2:listener:443";
  if (
    optionOf(settings, listener, "Protocol") === "HTTPS" &&
    optionOf(settings, listener, "SSLCertificateArns") === undefined
  ) {
    wrong.push(
      `Invalid option value: aws:${listener}, Protocol HTTPS needs SSLCertificateArns; set it`,
    );
  }
  return wrong;
}
