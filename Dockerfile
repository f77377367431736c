# Stages: libav (FFmpeg, cached by its own layer), players (the page's scripts), build, and a small runtime without a compiler.
# FRAMEGEAR_LICENSE=lgpl leaves out x264 and x265.
ARG DEBIAN=debian:trixie-slim

FROM ${DEBIAN} AS libav
ARG FRAMEGEAR_LICENSE=gpl
ENV FRAMEGEAR_LICENSE=${FRAMEGEAR_LICENSE} FRAMEGEAR_CACHE=/var/cache/framegear
WORKDIR /src
COPY scripts/deps.sh scripts/libav.sh scripts/
# NVENC's headers, and the compiler that scaling on NVIDIA's GPUs is made with (docs/libav.md).
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends clang libffmpeg-nvenc-dev >/dev/null && \
    scripts/deps.sh build && scripts/libav.sh build

FROM ${DEBIAN} AS players
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends ca-certificates npm >/dev/null
WORKDIR /src
COPY scripts/players.sh scripts/
COPY scripts/players scripts/players
COPY internal/origin/page/vendor/README internal/origin/page/vendor/
# Without a registry the page says that its players are missing; all the rest works.
RUN scripts/players.sh || true

FROM libav AS build
RUN . /etc/os-release && sed "s/^Suites:.*/Suites: ${VERSION_CODENAME}-backports/; s/ ${VERSION_CODENAME} / ${VERSION_CODENAME}-backports /" \
        $(ls /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -1) | \
        tee "/etc/apt/sources.list.d/backports.$([ -e /etc/apt/sources.list.d/debian.sources ] && echo sources || echo list)" && \
    apt-get -qq update && apt-get -qq install -y --no-install-recommends golang-1.26-go >/dev/null
ENV PATH=/usr/lib/go-1.26/bin:${PATH} GOTOOLCHAIN=local
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=players /src/internal/origin/page/vendor internal/origin/page/vendor
RUN eval "$(scripts/libav.sh env)" && go build -trimpath -buildvcs=false -ldflags=-s -o /usr/local/bin/framegear ./cmd/framegear

FROM ${DEBIAN}
# What the binary loads at run time; everything else is inside it. Then the VA-API drivers: AMD and others through Mesa, Intel from
# Broadwell on, Intel before that. They find a GPU with
#   docker run --device /dev/dri --group-add "$(stat -c %g /dev/dri/renderD128)" …
# NVIDIA's own libraries come from the host with --gpus all; the variable asks for the ones that encode.
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends ca-certificates libasound2t64 libdrm2 libnuma1 \
        libdav1d7 libstdc++6 libsvtav1enc2 libva-drm2 libva2 mesa-va-drivers \
        $([ "$(dpkg --print-architecture)" != amd64 ] || echo intel-media-va-driver i965-va-driver) >/dev/null && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --uid 1000 --no-create-home framegear && install -d -o framegear /data
COPY --from=build /usr/local/bin/framegear /usr/local/bin/framegear
ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility,video
USER framegear
WORKDIR /data
ENTRYPOINT ["framegear"]
CMD ["--help"]
