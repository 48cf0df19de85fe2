package dev.echelon.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Other gateways, as far as they are installed. {@code bench/install-peers} installs them. */
record Peers(List<Subject> plain, List<Subject> forModels, List<String> missing) {

    static Peers find() {
        List<Subject> plain = new ArrayList<>();
        List<Subject> forModels = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        program("nginx").ifPresentOrElse(found -> plain.add(new Nginx(found)), () -> missing.add(Nginx.NAME));
        program("haproxy").ifPresentOrElse(found -> plain.add(new HaProxy(found)), () -> missing.add(HaProxy.NAME));
        Optional<Path> node = program("node");
        if (node.isPresent() && Files.isReadable(Portkey.SERVER)) {
            forModels.add(new Portkey(node.get(), Portkey.SERVER.toAbsolutePath()));
        } else {
            missing.add(Portkey.NAME);
        }
        return new Peers(plain, forModels, missing);
    }

    private static Optional<Path> program(String name) {
        Stream<String> folders = Stream.concat(
                Stream.of(System.getenv().getOrDefault("PATH", "").split(":")),
                Stream.of("/usr/sbin", "/usr/local/sbin"));
        return folders.filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
