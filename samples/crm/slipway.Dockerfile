# The speech service as an image, with its model: samples/crm/images builds it, in the folder that `make install` filled.
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends libabsl20220623 libboost-json1.81.0 libfmt9 libgrpc++1.51 \
    libgrpc29 libopus0 libprometheus-cpp-core1.0 libprotobuf32 libsimdjson14 libsndfile1 libsoxr0 libspdlog1.10 libssl3 libwebm1 \
    libyaml-cpp0.7 && rm -rf /var/lib/apt/lists/* && useradd --system slipway
COPY usr/local /usr/local
COPY models /models
USER slipway
EXPOSE 8000
ENTRYPOINT ["/usr/local/bin/slipway"]
CMD ["serve", "/models/moonshine-base-en", "--host", "0.0.0.0"]
