{{- /*
What the operator may do, and nothing else; e2e/kubernetes/test_chart.py holds the same list. Events are written, never
read. Server-side apply needs patch, and create for what is not there yet.
*/}}
{{- define "cyrus-murder.rules" -}}
- apiGroups: [murder.cyrus.dev]
  resources: [murderclusters, backends]
  verbs: [get, list, watch, patch]
- apiGroups: [murder.cyrus.dev]
  resources: [mailboxmoves]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [murder.cyrus.dev]
  resources: [murderclusters/status, backends/status, mailboxmoves/status]
  verbs: [patch]
# Owner references that block deletion ask for it where their admission plugin is on (OpenShift).
- apiGroups: [murder.cyrus.dev]
  resources: [murderclusters/finalizers]
  verbs: [update]
- apiGroups: [""]
  resources: [configmaps, secrets, services, serviceaccounts, persistentvolumeclaims]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, patch, delete]
- apiGroups: [apps]
  resources: [statefulsets, deployments]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{- /* A binding to the operator's account: (dict "root" $ "kind" "Role" "role" NAME). */}}
{{- define "cyrus-murder.binding" -}}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .kind }}
  name: {{ .role | quote }}
subjects:
  - kind: ServiceAccount
    name: {{ include "cyrus-murder.serviceAccount" .root }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}
