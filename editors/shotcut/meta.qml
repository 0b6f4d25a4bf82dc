import QtQuick 2.0
import org.shotcut.qml 1.0

Metadata {
    type: Metadata.Filter
    name: qsTr("Remove Logo or Object (deepfill)")
    objectName: "avfilterDeepfill"
    mlt_service: "avfilter.deepfill"
    keywords: qsTr("inpaint delogo watermark captions mask") + " deepfill"
    qml: "ui.qml"
}
