av() { ffmpeg -hide_banner -nostdin -v error -y "$@"; }
. ./f.sh
film logo.mp4 "$LOGO"; film plain.mp4 null
/work/find/main/build/deepfill find logo.mp4 --json
