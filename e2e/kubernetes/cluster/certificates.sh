# certificates DIRECTORY SERVER NAMES: a CA, the certificates of the API server, its administrator and the kubelet, the
# keys of service accounts, and kubeconfigs for SERVER. Sourced.

certificate() { # name subject alternative-names
    openssl req -x509 -CA ca.crt -CAkey ca.key -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
        -keyout "$1.key" -out "$1.crt" -subj "$2" -addext "subjectAltName=$3" -addext basicConstraints=CA:FALSE
}

kubeconfig() { # name server
    cat <<TEXT
apiVersion: v1
kind: Config
clusters:
  - name: murder
    cluster: {server: "$2", certificate-authority: ca.crt}
users:
  - name: $1
    user: {client-certificate: $1.crt, client-key: $1.key}
contexts:
  - name: murder
    context: {cluster: murder, user: $1}
current-context: murder
TEXT
}

certificates() {
    local directory=$1 server=$2 names=$3
    mkdir -p "$directory"
    (
        umask 077
        cd "$directory"
        exec 2>openssl.log # It tells of its progress there.
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -keyout ca.key -out ca.crt \
            -subj /CN=murder-cluster
        certificate apiserver /CN=kube-apiserver "$names"
        certificate admin /O=system:masters/CN=admin DNS:admin
        certificate kubelet /O=system:nodes/CN=system:node:node-1 "IP:10.89.0.1,DNS:node-1"
        openssl ecparam -name prime256v1 -genkey -noout -out sa.key
        openssl ec -in sa.key -pubout -out sa.pub
        kubeconfig admin "$server" >kubeconfig
        kubeconfig kubelet "$server" >kubelet.kubeconfig
    ) || fail "certificates: $(tail -n 1 "$directory/openssl.log")"
}
