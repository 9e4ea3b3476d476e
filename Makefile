# The front door.  meson and ninja do the work; this file only names it.
#
#   make build      installs what is missing, release build, leaves build/bihuan
#   make run        installs what is missing, loads the demonstration, serves http://127.0.0.1:8080
#   make check      installs what is missing, sanitizer build in build-check, all tests
#   make bench      benchmarks, leaves build/bench.json
#   make package    a Debian package in build/
#   make lint       clang-format, clang-tidy, cppcheck
#   make coverage   tests with coverage in build-coverage
#   make clean      removes the build directories (var/ with your data stays)

PORT ?= 8080
DEMO_DB ?= var/demo.db
# Arguments for meson test, such as TESTS="--suite unit" or TESTS="outline reader".
TESTS ?=

.DEFAULT_GOAL := build
.PHONY: build run check bench package lint coverage clean install-build install-run install-test test-packages

install-build:
	@packaging/install.sh build
install-run:
	@packaging/install.sh build run
install-test:
	@packaging/install.sh build run test
test-packages:
	node web/install.mjs --dev

build/build.ninja:
	meson setup build --buildtype=release -Dtests=false
build-check/build.ninja:
	meson setup build-check --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false
build-coverage/build.ninja:
	meson setup build-coverage --buildtype=debug -Db_coverage=true

build: install-build
	@$(MAKE) --no-print-directory build/build.ninja
	meson compile -C build bihuan

run: install-run
	@$(MAKE) --no-print-directory build
	@packaging/demo.sh build/bihuan $(DEMO_DB) $(PORT)

# The line with the counts comes last; its script decides the exit status together with the build's.
check: install-test
	@$(MAKE) --no-print-directory test-packages build-check/build.ninja
	@rm -f build-check/meson-logs/testlog.json
	meson compile -C build-check
	-meson test -C build-check --no-rebuild --print-errorlogs $(TESTS)
	@packaging/summary.sh build-check/meson-logs/testlog.json

bench: install-test
	@$(MAKE) --no-print-directory test-packages build/build.ninja
	meson configure build -Dtests=true
	meson compile -C build
	meson test -C build --no-rebuild --benchmark --verbose

package: build
	@packaging/deb.sh build/bihuan build

lint: install-test
	@$(MAKE) --no-print-directory test-packages build-check/build.ninja
	meson compile -C build-check
	@packaging/lint.sh build-check

coverage: install-test
	@$(MAKE) --no-print-directory test-packages build-coverage/build.ninja
	meson compile -C build-coverage
	meson test -C build-coverage --no-rebuild
	lcov --quiet --capture --directory build-coverage --output-file build-coverage/all.info
	lcov --quiet --extract build-coverage/all.info '$(CURDIR)/src/*' --output-file build-coverage/coverage.info
	genhtml --quiet build-coverage/coverage.info --output-directory build-coverage/report
	lcov --summary build-coverage/coverage.info

clean:
	rm -rf build build-check build-coverage
