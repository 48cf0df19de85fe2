package dev.echelon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.echelon.testing.TestKafka;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is true of {@code target/echelon.jar}, whatever the classes it is made of do. */
class PackagedJarIT {

    private static final Path JAR = Path.of("target/echelon.jar");
    private static final String[] COMPRESSIONS = {"gzip", "snappy", "lz4", "zstd"};

    @TempDir
    private Path folder;

    /** It is not compressed, so that a start inflates nothing; how much is in it is told by its size if it were. */
    @Test
    void whatIsInItStaysSmallAndNeedsNoInflating() throws IOException {
        Path compressed = folder.resolve("compressed.jar");
        try (JarFile jar = new JarFile(JAR.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(compressed))) {
            assertThat(jar.stream()).allMatch(entry -> entry.getMethod() == ZipEntry.STORED);
            for (JarEntry entry : jar.stream().toList()) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                try (InputStream bytes = jar.getInputStream(entry)) {
                    bytes.transferTo(out);
                }
            }
        }
        assertThat(Files.size(compressed)).isLessThan(38_000_000);
    }

    @Test
    void nativeCodeIsThereForServersAndDevelopersMachinesAndNoOthers() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            List<String> natives = jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.matches(".*\\.(so|dll|dylib|jnilib|a)"))
                    .toList();

            assertThat(natives).filteredOn(name -> name.contains("zstd")).hasSize(5);
            assertThat(natives).filteredOn(name -> name.contains("snappy")).hasSize(5);
            assertThat(natives).filteredOn(name -> name.contains("lz4")).hasSize(5);
            assertThat(natives)
                    .filteredOn(name -> name.contains("netty"))
                    .containsExactlyInAnyOrder(
                            "META-INF/native/libnetty_transport_native_epoll_x86_64.so",
                            "META-INF/native/libnetty_transport_native_epoll_aarch_64.so");
            assertThat(natives).hasSize(17);
        }
    }

    @Test
    void itsKafkaClientReadsAndWritesCompressedTopics() throws Exception {
        String[] topics = Stream.of(COMPRESSIONS).map("compressed-"::concat).toArray(String[]::new);
        try (TestKafka kafka = TestKafka.start(folder.resolve("kafka"))) {
            kafka.topics(1, topics);

            assertThat(roundTrips(kafka.address()))
                    .contains(Stream.of(COMPRESSIONS).map(name -> name + " ok").toArray(String[]::new));
        }
    }

    /** Lines that {@link CompressedRoundTrip} prints when all else it needs comes from the jar. */
    private List<String> roundTrips(String broker) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Djava.io.tmpdir=" + folder, "-cp", "target/test-classes:" + JAR));
        command.add(CompressedRoundTrip.class.getName());
        command.add(broker);
        command.addAll(Arrays.asList(COMPRESSIONS));
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            String said = Files.readString(log, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(said).isZero();
            return said.lines().toList();
        } finally {
            process.destroyForcibly();
        }
    }
}
