package dev.echelon.bench;

import dev.echelon.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** nginx as a plain proxy with keep-alive, a worker a core. */
record Nginx(Path program) implements Subject {

    static final String NAME = "nginx";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Running start(Workshop workshop) throws IOException {
        int port = Ports.free();
        Path home = Files.createDirectories(workshop.folder().resolve(NAME));
        Path configuration = home.resolve("nginx.conf");
        Files.writeString(configuration, """
                daemon off;
                user root;
                worker_processes auto;
                worker_rlimit_nofile 65536;
                pid %1$s/nginx.pid;
                error_log %1$s/error.log warn;
                events { worker_connections 32768; }
                http {
                  access_log off;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  client_max_body_size 8m;
                  client_body_buffer_size 2m;
                  keepalive_requests 100000000;
                  upstream models {
                    server 127.0.0.1:%2$d;
                    server 127.0.0.1:%3$d;
                    keepalive 16384;
                    keepalive_requests 100000000;
                  }
                  server {
                    listen 127.0.0.1:%4$d backlog=16384;
                    location / {
                      proxy_pass http://models;
                      proxy_http_version 1.1;
                      proxy_set_header Connection "";
                      proxy_read_timeout 120s;
                    }
                  }
                }
                """.formatted(
                        home.toAbsolutePath(),
                        workshop.upstreams().get(0),
                        workshop.upstreams().get(1),
                        port));
        Path log = home.resolve("nginx.log");
        Child child = Child.start(
                List.of(
                        program.toString(),
                        "-p",
                        home.toAbsolutePath().toString(),
                        "-e",
                        home.resolve("start.log").toAbsolutePath().toString(),
                        "-c",
                        configuration.toAbsolutePath().toString()),
                Map.of(),
                log);
        return workshop.started(NAME, child, log, new Callers.Endpoint(port, Map.of()), false);
    }
}
