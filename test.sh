#!/usr/bin/env bash
# Sets up what is missing, builds everything once with warnings as errors, runs every test, two suites side by side, and ends with one line `N passed, N failed`.
#
#   ./test.sh           everything, with the TypeScript client and the browser
#   ./test.sh --quick   without the analyzers, the tests marked Category=Slow, node, the browser and the format check
#
# Logs: artifacts/test-logs/. Exit code 0 only when nothing failed and every suite ran at least one test.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

quick=false
for argument in "$@"; do
  case "$argument" in
    --quick) quick=true ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "test.sh: unknown argument '$argument' (known: --quick)" >&2; exit 2 ;;
  esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# The SDK runs without libicu, which a bare Debian lacks; the projects are built for the invariant culture anyway.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
# Nodes of MSBuild end with their build. The compiler server belongs to this run alone and ends with it.
export MSBUILDDISABLENODEREUSE=1
compiler_server=longwave-test-$$
lanes=()

# stop PID: ends a process and all below it.
stop() {
  local child
  kill -STOP "$1" 2>/dev/null || return
  for child in $(pgrep -P "$1"); do
    stop "$child"
  done
  kill -KILL "$1"
}

clean_up() {
  local process
  type -P pgrep >/dev/null || return # Part of the set-up; nothing runs before it.
  for process in "${lanes[@]}" $(pgrep -f -- "-pipename:$compiler_server"); do
    stop "$process"
  done
}
trap clean_up EXIT
trap 'exit 130' INT TERM

logs=artifacts/test-logs
rm -rf "$logs"
mkdir -p "$logs"
# One line per suite: name, passed, failed, seconds. Suites run beside each other and append to it.
results=$logs/results
: >"$results"
started=$SECONDS

finish() {
  local name passed failed seconds total_passed=0 total_failed=0
  printf '\n%-28s %8s %8s %8s\n' suite passed failed seconds
  while read -r name passed failed seconds; do
    printf '%-28s %8d %8d %8d\n' "$name" "$passed" "$failed" "$seconds"
    total_passed=$((total_passed + passed))
    total_failed=$((total_failed + failed))
  done <"$results"
  printf '%-28s %8d %8d %8d\n\n' all "$total_passed" "$total_failed" $((SECONDS - started))
  echo "$total_passed passed, $total_failed failed"
  [ "$total_failed" -eq 0 ] && [ "$total_passed" -gt 0 ]
  exit
}

# record NAME PASSED FAILED SECONDS
record() {
  echo "$1 $2 $3 $4" >>"$results"
}

# give_up NAME REASON…: nothing after this can run.
give_up() {
  echo "test.sh: $2" >&2
  record "$1" 0 1 0
  finish
}

# show_log NAME LOG: the failed tests, wherever they are in the log, and its end.
show_log() {
  echo "---- $1: failed tests in $2, then its last 100 lines"
  awk '/^(not ok|failed) / { shown = 40 } shown > 0 { print; shown = /^  \.\.\.$/ ? 0 : shown - 1 }' "$2" | head -n 300
  echo "----"
  tail -n 100 "$2"
  echo "----"
}

# ---- set-up ----------------------------------------------------------------------------------------------------------

# Every program that a test starts and a bare Debian lacks, with its package; a tidy test compares the list with the tests.
needed=("curl curl" "faketime faketime" "fiu-ctrl fiu-utils" "fiu-run fiu-utils" "git git" "gzip gzip" "ip iproute2" "kill procps" "script bsdutils" "slowhttptest slowhttptest")
$quick || needed+=("chromium chromium" "firefox-esr firefox-esr")
# The restore of packages checks certificates.
for_restore=("update-ca-certificates ca-certificates")

missing_packages() {
  local pair
  for pair in "${needed[@]}" "${for_restore[@]}"; do
    # -P: a file, not the builtin of the same name.
    type -P "${pair% *}" >/dev/null || echo "${pair#* }"
  done | sort -u
}

set_up() {
  local missing
  command -v dotnet >/dev/null 2>&1 || give_up set-up "missing: the .NET SDK 10 ('dotnet' is not on the PATH)"
  dotnet --version >"$logs/set-up.log" 2>&1 \
    || give_up set-up "missing: a .NET SDK that global.json accepts; installed: $(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ')"
  if ! $quick; then
    command -v node >/dev/null 2>&1 || give_up set-up "missing: node 20 or newer, for the TypeScript client and the browser tests"
    command -v npm >/dev/null 2>&1 || give_up set-up "missing: npm, for the TypeScript client and the browser tests"
    [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || give_up set-up "missing: node 20 or newer; installed: $(node --version)"
  fi

  missing=$(missing_packages | paste -sd' ')
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing: $missing"
    # shellcheck disable=SC2086 # one word per package
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >>"$logs/set-up.log" 2>&1 \
      || show_log set-up "$logs/set-up.log"
    missing=$(missing_packages | paste -sd' ')
  fi
  [ -z "$missing" ] || give_up set-up "missing (Debian packages): $missing — as root: apt-get install --no-install-recommends $missing"
}

# ---- build -----------------------------------------------------------------------------------------------------------

step() {
  local name=$1 at=$SECONDS
  shift
  echo "== $name"
  if ! "$@" >"$logs/$name.log" 2>&1; then
    show_log "$name" "$logs/$name.log"
    give_up "$name" "$name failed"
  fi
  echo "   $((SECONDS - at)) s"
}

# ---- suites ----------------------------------------------------------------------------------------------------------

# One number out of a summary: number LOG 'pattern before it'
number() {
  local found
  found=$(sed -nE "s/^$2 *([0-9]+).*/\1/p" "$1" | tail -n 1)
  echo "${found:-0}"
}

# settle NAME LOG PASSED FAILED EXIT_CODE SECONDS: a suite that ended badly, or ran nothing, has failed even when it counted no failure.
settle() {
  local name=$1 log=$2 passed=$3 failed=$4 code=$5 seconds=$6
  if [ "$failed" -eq 0 ] && { [ "$code" -ne 0 ] || [ "$passed" -eq 0 ]; }; then
    failed=1
    [ "$code" -ne 124 ] || echo "$name did not end in time" >>"$log"
    [ "$passed" -ne 0 ] || echo "$name ran no test (exit code $code)" >>"$log"
  fi
  record "$name" "$passed" "$failed" "$seconds"
  {
    flock 9 # One suite's lines stay together.
    printf '%-28s %5d passed, %d failed, %d s\n' "$name" "$passed" "$failed" "$seconds"
    [ "$failed" -eq 0 ] || show_log "$name" "$log"
  } 9>"$logs/output.lock"
}

# run_dotnet_suite PROJECT [TITLE]
run_dotnet_suite() {
  local name=$1 title=${2:-$1} at=$SECONDS code=0 filter=()
  local log=$logs/$title.log
  ! $quick || filter=(--filter-not-trait "Category=Slow")
  # Tests of disks and clocks are the same for every sink.
  [ "$name" = "$title" ] || filter+=(--filter-not-trait "Sink=None")
  timeout -k 20 "$suite_limit" dotnet "artifacts/bin/$name/release/$name.dll" --no-ansi --no-progress \
    --long-running 60 --xunit-diagnostics on "${filter[@]}" >"$log" 2>&1 </dev/null || code=$?
  # A skipped test has not shown anything: it counts as failed.
  settle "$title" "$log" "$(number "$log" '  succeeded:')" $(($(number "$log" '  failed:') + $(number "$log" '  skipped:'))) "$code" $((SECONDS - at))
}

# run_node_suite NAME FOLDER [SCRIPT…]: installs, runs the npm scripts, then every test file, in FOLDER.
run_node_suite() {
  local name=$1 folder=$2 log=$PWD/$logs/$1.log at=$SECONDS code=0 files=() script
  shift 2
  mapfile -t files < <(cd "$folder" && find . -name node_modules -prune -o \( -name '*.test.js' -o -name '*.test.mjs' \) -print | sort)
  (
    cd "$folder" || exit 1
    npm ci --no-audit --no-fund --ignore-scripts || exit 1
    for script in "$@"; do
      npm run "$script" || exit 1
    done
    [ ${#files[@]} -gt 0 ] || exit 1
    timeout -k 20 "$suite_limit" node --test --test-reporter=tap "${files[@]}"
  ) >"$log" 2>&1 </dev/null || code=$?
  settle "$name" "$log" "$(number "$log" '# pass')" \
    $(($(number "$log" '# fail') + $(number "$log" '# cancelled') + $(number "$log" '# skipped') + $(number "$log" '# todo'))) "$code" $((SECONDS - at))
}

run_format_check() {
  local log=$logs/format.log at=$SECONDS code=0 failed=0
  timeout -k 20 300 dotnet format whitespace Longwave.slnx --no-restore --verify-no-changes >"$log" 2>&1 </dev/null || code=$?
  [ "$code" -eq 0 ] || failed=1
  settle format "$log" $((1 - failed)) "$failed" "$code" $((SECONDS - at))
}

# A suite that hangs is ended long before the whole run's time is up; its log then names the test that runs.
suite_limit=1500
! $quick || suite_limit=300

set_up
step restore dotnet restore Longwave.slnx --locked-mode --disable-build-servers
analyzers=()
! $quick || analyzers=(-p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false)
step build dotnet build Longwave.slnx -c Release --no-restore -warnaserror -m:2 -p:UseSharedCompilation=true "-p:SharedCompilationId=$compiler_server" "${analyzers[@]}"

suites=()
for project in tests/*/*.csproj; do
  suites+=("$(basename "$project" .csproj)")
done
# Streams reach their clients in two ways: what was tested with parked sockets is tested through the web server's responses, too.
# The browser tests take longest. They come first, so that the lanes end together.
$quick || suites=(e2e sdk-typescript "${suites[@]}" Longwave.Server.Tests-unparked Longwave.BadDays.Tests-unparked format)

run_suite() {
  case "$1" in
    *-unparked) LONGWAVE__SERVER__PARKSTREAMS=false run_dotnet_suite "${1%-unparked}" "$1" ;;
    sdk-typescript) run_node_suite "$1" sdk/typescript current typecheck ;;
    e2e) run_node_suite "$1" tests/e2e ;;
    format) run_format_check ;;
    *) run_dotnet_suite "$1" ;;
  esac
}

# Two lanes side by side. One begins with the suites that make network namespaces and choose ports below the kernel's range, one after the other;
# a lane that has nothing of its own left takes the next suite that no lane has.
run_lane() {
  local suite
  for suite in "$@"; do
    mkdir "$logs/claimed/$suite" 2>/dev/null && run_suite "$suite"
  done
}

processes=()
rest=()
for suite in "${suites[@]}"; do
  [[ $suite == Longwave.BadDays.* ]] && processes+=("$suite") || rest+=("$suite")
done

echo "== tests"
# Job control gives each lane a process group: without it the tests' processes would inherit an ignored SIGINT.
set -m
mkdir "$logs/claimed"
run_lane "${processes[@]}" "${rest[@]}" &
lanes+=($!)
run_lane "${rest[@]}" &
lanes+=($!)
set +m
wait "${lanes[@]}"
lanes=()

for suite in "${suites[@]}"; do
  grep -q "^$suite " "$results" || record "$suite" 0 1 0
done
finish
