# The images: `operator`, and `cyrus` for every Cyrus node (later `mupdate` and `proxy`). Built by docker, podman and
# buildah:
#
#   docker build --target cyrus --build-arg DEBIAN=trixie -t cyrus-murder/cyrus:3.10 .
#
# DEBIAN         which Cyrus: bookworm 3.6, trixie 3.10 (default), forky 3.12
# BUILD_DEBIAN   where the programs are compiled: the oldest supported release, so that one build runs on all of them
# VERSION, REVISION   for the labels
#
# Reproducible for given packages: pass --timestamp (buildah, podman) or SOURCE_DATE_EPOCH and rewrite-timestamp (BuildKit).
ARG DEBIAN=trixie
ARG BUILD_DEBIAN=bookworm

FROM docker.io/library/debian:${BUILD_DEBIAN}-slim AS build
COPY packages.txt /tmp/
RUN apt-get -qq update \
    && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        $(awk '$1 == "build" { print $2 }' /tmp/packages.txt) >/dev/null
COPY . /src
WORKDIR /src
# A ccache mounted at /ccache (buildah build --volume) makes this a matter of seconds; it works without.
ENV CCACHE_DIR=/ccache CCACHE_BASEDIR=/src CCACHE_NOHASHDIR=1 CCACHE_COMPILERCHECK=content \
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime,locale
RUN cmake --preset release --log-level=WARNING -DMURDER_STATIC_LIBRARIES=ON -DBUILD_TESTING=OFF \
    && cmake --build build/release --target murder-agent murder_syslog murder murder-operator
RUN images/stage build/release /out

FROM docker.io/library/debian:${DEBIAN}-slim AS cyrus
ARG DEBIAN
COPY packages.txt images/slim images/sbom /tmp/build/
# Cyrus sends vacation answers by a sendmail: msmtp is one that needs neither a queue nor root, instead of exim.
# The ports by name are those of operator/topology/ports.h: Cyrus finds them in /etc/services alone.
# The numbers are part of the image's interface: volumes belong to them. Debian's scripts want a system user, so one below
# 1000; 8 is `mail` in every Debian.
RUN useradd --uid 143 --gid mail --no-create-home --home-dir /var/lib/cyrus-murder --shell /usr/sbin/nologin cyrus \
    && /tmp/build/slim $(awk '$1 == "cyrus" { print $2 }' /tmp/build/packages.txt) msmtp-mta netbase \
    && install -d -o cyrus -g mail -m 0750 /var/lib/cyrus-murder \
    && printf '%s\t%s/tcp\n' lmtp 2003 mupdate 3905 | \
        while read -r name port; do grep -q "^$name\s" /etc/services || printf '%s\t\t%s\n' "$name" "$port"; done >>/etc/services
COPY --from=build /out/cyrus/ /
COPY --from=build /out/linked.tsv /tmp/build/
RUN /tmp/build/sbom cyrus /tmp/build/linked.tsv >/usr/share/sbom/cyrus-murder.spdx.json && rm -rf /tmp/build
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="cyrus-murder cyrus" \
      org.opencontainers.image.description="Cyrus IMAP of Debian ${DEBIAN}, with the agent that stands beside it in a murder" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/debian:${DEBIAN}-slim"
USER 143:8
ENTRYPOINT ["/usr/bin/murder-agent"]

FROM docker.io/library/debian:${DEBIAN}-slim AS operator
ARG DEBIAN
COPY images/slim images/sbom /tmp/build/
RUN useradd --uid 10144 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin murder \
    && /tmp/build/slim libsasl2-2 openssl
COPY --from=build /out/operator/ /
COPY --from=build /out/linked.tsv /tmp/build/
RUN /tmp/build/sbom operator /tmp/build/linked.tsv >/usr/share/sbom/cyrus-murder.spdx.json && rm -rf /tmp/build
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="cyrus-murder operator" \
      org.opencontainers.image.description="Runs Cyrus Murders on Kubernetes" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/debian:${DEBIAN}-slim"
USER 10144:10144
ENTRYPOINT ["/usr/bin/murder-operator"]
