# start_api ETCD LISTEN ADVERTISE: etcd and kube-apiserver, by `start PROGRAM FLAG...` of whoever sources this.
# Paths are relative to the cluster's state.
start_api() {
    local etcd=http://$1:2379 listen=$2 advertise=$3
    # A cluster that is thrown away need not survive a power cut.
    start etcd --data-dir=etcd --unsafe-no-fsync --listen-client-urls="$etcd" --advertise-client-urls="$etcd" \
        --listen-peer-urls="http://$1:2380"
    start kube-apiserver --etcd-servers="$etcd" --bind-address="$listen" --secure-port=6443 \
        --advertise-address="$advertise" --service-cluster-ip-range=10.90.0.0/16 --allow-privileged=true \
        --tls-cert-file=pki/apiserver.crt --tls-private-key-file=pki/apiserver.key --client-ca-file=pki/ca.crt \
        --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
        --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=pki/sa.pub \
        --service-account-signing-key-file=pki/sa.key --kubelet-client-certificate=pki/admin.crt \
        --kubelet-client-key=pki/admin.key --kubelet-preferred-address-types=InternalIP
}
