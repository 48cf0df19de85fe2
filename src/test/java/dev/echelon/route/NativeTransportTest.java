package dev.echelon.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Whether the event loops are those of the operating system, where their native code is in the jar. */
class NativeTransportTest {

    @Test
    @EnabledOnOs(
            value = OS.LINUX,
            architectures = {"amd64", "aarch64"})
    void onLinuxTheEventLoopsAreEpolls() {
        assertThat(Epoll.unavailabilityCause()).isNull();

        try (GatewayRuntime runtime = new GatewayRuntime()) {
            List<EventExecutor> loops = StreamSupport.stream(
                            runtime.eventLoops().spliterator(), false)
                    .toList();

            assertThat(runtime.vertx().isNativeTransportEnabled()).isTrue();
            assertThat(loops)
                    .hasSize(runtime.loops())
                    .allSatisfy(loop -> assertThat(loop.getClass().getPackage()).isEqualTo(Epoll.class.getPackage()));
        }
    }
}
