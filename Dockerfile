# The gateway. Build the jar first: mvn -B -DskipTests package, then: docker build -t echelon .
FROM eclipse-temurin:21.0.8_9-jre

WORKDIR /echelon
COPY bin ./bin
COPY target/echelon.jar ./target/
COPY configs ./configs
COPY routes ./routes
# the class-data archive of this image's JRE; without one the gateway starts, only slower
RUN bin/echelon archive || true
# a volume that is mounted here for the first time takes over whose it is
RUN mkdir data && chown 1000:1000 data

USER 1000:1000
EXPOSE 8080 9876
STOPSIGNAL SIGTERM

# the image has bash; whether it has an HTTP client changes from tag to tag
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9876 && printf 'GET /observe/health/live HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 3 version status rest <&3 && test \"$status\" = 200"]

# it finds the JRE, sets its options and leaves the process to it
ENTRYPOINT ["/echelon/bin/echelon"]
# inside its container the gateway has to listen on all addresses to be published at all
CMD ["serve", "--configs", "/echelon/configs", "--routes", "/echelon/routes", "--port", "8080", "--management-port", "9876", "--management-host", "0.0.0.0"]
