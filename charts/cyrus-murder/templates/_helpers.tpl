{{- /* The release's own name for things: at most 63 characters, as Services and labels take. */}}
{{- define "cyrus-murder.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) | replace "." "-" | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* The full name with something behind it, and still at most 63 characters: (list $ "-test"). */}}
{{- define "cyrus-murder.suffixed" -}}
{{- $suffix := index . 1 }}
{{- include "cyrus-murder.fullname" (index . 0) | trunc (int (sub 63 (len $suffix))) | trimSuffix "-" }}{{ $suffix }}
{{- end }}

{{- /* For what has no namespace: two releases of one name in two namespaces must not fight over it. */}}
{{- define "cyrus-murder.clusterName" -}}
{{ .Release.Namespace }}:{{ include "cyrus-murder.fullname" . }}
{{- end }}

{{- define "cyrus-murder.serviceAccount" -}}
{{- default (include "cyrus-murder.fullname" .) .Values.serviceAccount.name }}
{{- end }}

{{- define "cyrus-murder.lease" -}}
{{- default (include "cyrus-murder.fullname" .) .Values.leaderElection.leaseName }}
{{- end }}

{{- /* "true" or nothing. */}}
{{- define "cyrus-murder.elects" -}}
{{- if kindIs "bool" .Values.leaderElection.enabled }}
{{- if .Values.leaderElection.enabled }}true{{ end }}
{{- else if gt (int .Values.replicas) 1 }}true{{ end }}
{{- end }}

{{- define "cyrus-murder.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{- /* Immutable: the Deployment's selector. `app.kubernetes.io/name` is another one than that of the murders' pods. */}}
{{- define "cyrus-murder.selector" -}}
app.kubernetes.io/name: cyrus-murder-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* What every object has, whatever its component. */}}
{{- define "cyrus-murder.commonLabels" -}}
app.kubernetes.io/part-of: cyrus-murder
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "cyrus-murder.labels" -}}
{{ include "cyrus-murder.selector" . }}
app.kubernetes.io/component: operator
{{ include "cyrus-murder.commonLabels" . }}
{{- end }}

{{- /* Without versions: the operator restarts when its pod changes, not when the chart does. */}}
{{- define "cyrus-murder.podLabels" -}}
{{ include "cyrus-murder.selector" . }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: cyrus-murder
{{- with merge (dict) (default (dict) .Values.podLabels) (default (dict) .Values.commonLabels) }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* All that the restricted Pod Security asks for of a container, and a root that nobody writes to. */}}
{{- define "cyrus-murder.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "cyrus-murder.podSecurity" -}}
runAsNonRoot: true
{{- with .Values.runAsUser }}
runAsUser: {{ int64 . }}
{{- end }}
{{- with .Values.runAsGroup }}
runAsGroup: {{ int64 . }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}
